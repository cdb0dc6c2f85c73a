import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobInput, JobKind } from '../../src/inference/inference-pool';
import { CrashWatch } from '../../src/models/runtime/crash-watch';
import { fingerprintOf } from '../../src/models/runtime/fingerprint';
import { JobSlot, type SlotPlace } from '../../src/models/runtime/job-slot';
import { afterCrash, quarantined, QUARANTINE_DEFAULTS, type Suspect } from '../../src/models/runtime/quarantine';
import { writeSuspects } from '../../src/models/runtime/quarantine-file';
import { eventually } from '../support/eventually';

const print = (kind: JobKind, input: JobInput<JobKind>): string => fingerprintOf(kind, input).toString('hex');

describe('CrashWatch', () => {
  let folder: string;
  /** Of this test: those that were left by a process that died hear of the folder's end too. */
  let heard: { told: string[]; changes: number };
  const opened: CrashWatch[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rapport-crash-'));
    heard = { told: [], changes: 0 };
  });
  afterEach(async () => {
    for (const watch of opened.splice(0)) await watch.close().catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (slots = 2): Promise<CrashWatch> => {
    const mine = heard;
    const onQuarantined = (name: string): void => void mine.told.push(name);
    const watch = await CrashWatch.open({ folder, slots, onQuarantined, onChange: () => mine.changes++ });
    opened.push(watch);
    return watch;
  };
  const run = (place: SlotPlace, text: string): JobSlot => {
    const slot = JobSlot.open(place);
    slot.begin('text-tokens', fingerprintOf('text-tokens', { text }));
    return slot;
  };
  /** As if the process had died: its journal is one of a process that is no more. */
  const die = (): void => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    renameSync(join(folder, `running-jobs.${process.pid}`), join(folder, `running-jobs.${pid}`));
  };

  it('refuses what ran in two processes that died, and tells it once by its name', async () => {
    for (const crash of [1, 2]) {
      const watch = await open();
      run(watch.takeSlot()!, 'bad');
      run(watch.takeSlot()!, `harmless ${crash}`);
      expect(watch.refused).toEqual([]);
      die();
    }
    const watch = await open();
    const bad = print('text-tokens', { text: 'bad' });
    expect([watch.refused, watch.names]).toEqual([[bad], [`text-tokens-${bad.slice(0, 12)}`]]);
    expect(heard.told).toEqual(watch.names);
    await watch.close();
    const next = await open();
    expect([next.refused, heard.told.length]).toEqual([[bad], 1]);
    await next.close();
    expect(readdirSync(folder)).toEqual(['quarantine.json']);
  });

  it('counts a worker that ended by itself, not one that was asked to, nor what was done', async () => {
    const watch = await open();
    for (const unasked of [true, false, true]) {
      const place = watch.takeSlot()!;
      run(place, 'bad').close();
      watch.ended(place, unasked);
    }
    expect([watch.names.length, heard.changes]).toEqual([1, 1]);
    for (const _ of [1, 2]) {
      const place = watch.takeSlot()!;
      const slot = run(place, 'done');
      slot.clear();
      watch.ended(place, true);
      watch.ended(watch.takeSlot()!, true); // the next one there had not begun anything
    }
    expect(watch.names).toHaveLength(1);
    await watch.close();
  });

  it('leaves a living process alone, and goes on without more slots than it has', async () => {
    writeFileSync(join(folder, `running-jobs.${process.ppid}`), Buffer.alloc(64, 1));
    const watch = await open(1);
    expect([watch.takeSlot()?.slot, watch.takeSlot()]).toEqual([0, undefined]);
    expect(existsSync(join(folder, `running-jobs.${process.ppid}`))).toBe(true);
    await watch.close();
  });

  it('takes up what the command line changed', async () => {
    const watch = await open();
    for (const _ of [1, 2]) {
      const place = watch.takeSlot()!;
      run(place, 'bad').close();
      watch.ended(place, true);
    }
    expect(watch.names).toHaveLength(1);
    const file = join(folder, 'quarantine.json');
    await eventually(() => existsSync(file) && readFileSync(file, 'utf8').includes('"crashes": 2'));
    await writeSuspects(folder, []);
    await eventually(() => watch.names.length === 0);
    expect(heard.changes).toBe(2);
    await watch.close();
  });

  it('starts with a list that cannot be read as with none', async () => {
    writeFileSync(join(folder, 'quarantine.json'), '{"format":9');
    const watch = await open();
    expect(watch.names).toEqual([]);
    await watch.close();
  });
});

describe('suspects', () => {
  const job = (n: number) => ({ kind: 'fusion', fingerprint: `${n}`.padStart(32, '0') });
  const policy = { ...QUARANTINE_DEFAULTS, maxSuspects: 3 };

  it('are forgotten with age, and the oldest for want of room', () => {
    let suspects: Suspect[] = [];
    for (const [n, nowMs] of [
      [1, 0],
      [1, 10],
      [2, 20],
      [3, 30],
    ] as const)
      suspects = afterCrash(suspects, [job(n)], nowMs, policy);
    expect(quarantined(suspects, 30, policy).map(({ fingerprint }) => fingerprint)).toEqual([job(1).fingerprint]);
    expect(quarantined(suspects, 10 + policy.keepMs, policy)).toEqual([]);
    expect(afterCrash(suspects, [job(4)], 40, policy).map(({ fingerprint }) => Number(fingerprint))).toEqual([2, 3, 4]);
  });
});

describe('fingerprint', () => {
  it('is that of the content, wherever it lies, and differs with every part of it', () => {
    const ring = Int16Array.from({ length: 100 }, (_, i) => i);
    const pcm = ring.slice(20, 60);
    expect(print('transcript', { pcm: ring.subarray(20, 60) })).toBe(print('transcript', { pcm }));
    const others = [
      print('transcript', { pcm }),
      print('voice-tokens', { pcm }),
      print('transcript', { pcm, language: 'en' }),
      print('transcript', { pcm, language: 'de' }),
      print('transcript', { pcm: ring.slice(20, 61) }),
      print('transcript', { pcm: ring.slice(21, 61) }),
    ];
    expect(new Set(others).size).toBe(others.length);
    // of long ones pieces are looked at: other sound differs in all of them
    const long = (from: number) => Int16Array.from({ length: 64_000 }, (_, i) => ((i + from) * 7919) % 4001);
    expect(print('voice-tokens', { pcm: long(0) })).toBe(print('voice-tokens', { pcm: long(0) }));
    expect(print('voice-tokens', { pcm: long(0) })).not.toBe(print('voice-tokens', { pcm: long(16_000) }));
  });
});
