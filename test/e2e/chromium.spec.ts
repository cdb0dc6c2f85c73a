import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { CHROMIUM } from '../support/chromium';
import { PRE_ROLL_MS, record, SCRIPT, TOLERANCE_MS, wordOf, WORDS, writeBursts } from '../support/recorder';
import { type RunningService, startService } from '../support/service';

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

withChromium(`what Chromium records${CHROMIUM === undefined ? ' (skipped: no chromium)' : ''}`, () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService({}, new ScriptedPool({ transcripts: ({ pcm }) => wordOf(pcm) }));
  });
  afterAll(() => service.close());

  it.each([
    ['one recording', 1],
    ['stopped and started twice: three recordings, each with a header of its own', 3],
  ])(
    'tones of an oscillator arrive whole, in order and at their time: %s',
    async (_name, recordings) => {
      const { report, finals, ended, gaps, errors } = await record(service, { source: 'oscillator', recordings });
      expect(errors).toEqual([]);
      expect(report.slices.filter(({ init }) => init).length).toBe(recordings);
      expect(report.slices.length).toBeGreaterThan(18);
      expect(finals.map(({ text }) => text)).toEqual(Object.values(WORDS));
      finals.forEach(({ startMs }, i) => {
        const expectedMs = report.firstBurstMs + i * SCRIPT.everyMs - PRE_ROLL_MS;
        expect(Math.abs(startMs - expectedMs)).toBeLessThan(TOLERANCE_MS);
      });
      // nothing was damaged or dropped; while a recorder starts again, there is no sound
      expect(ended.dropped).toEqual({});
      for (const { detail } of gaps) expect(detail.reason).toBe('missing');
      expect(report.ogg).toBe(false); // once it records Ogg, that belongs here too
    },
    60_000,
  );

  it('a microphone is heard as it sounds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-sound-'));
    try {
      const sound = join(folder, 'bursts.wav');
      writeBursts(sound);
      const { finals, ended, errors } = await record(service, { source: 'microphone', recordings: 1 }, sound);
      expect([errors, ended.dropped]).toEqual([[], {}]);
      expect(finals.map(({ text }) => text)).toEqual(Object.values(WORDS));
      const steps = finals.slice(1).map(({ startMs }, i) => startMs - finals[i]!.startMs);
      for (const step of steps) expect(Math.abs(step - SCRIPT.everyMs)).toBeLessThan(TOLERANCE_MS);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
