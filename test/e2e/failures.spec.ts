import { RapportError } from '@rapport-live/protocol';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type JobKind } from '../../src/inference/inference-pool';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { play } from '../../src/demo/play';
import { makeCall } from '../support/call';
import { expectWellFormed, expectWhole } from '../support/heard-session';
import { holdCall, openCall } from '../support/hold-call';
import { readLog } from '../support/local-log';
import { type RunningService, startService } from '../support/service';
import { ServiceProcess } from '../support/service-process';
import { joined, silence, tone } from '../support/sound';

const FAST = { pace: 2, speed: 10 };
const CALL = makeCall({
  voices: [{ party: 'customer', samples: joined(tone(6000), silence(1000)) }],
  chat: [{ party: 'customer', ptsMs: 500, text: 'the turquoise kettle' }],
});
const SCRIPTED = [process.execPath, 'test/support/scripted-service.cjs'];

describe('a fault in one session', () => {
  let service: RunningService;
  let victim: string | undefined;
  let failing: JobKind;
  let failure: Error;
  let left: number;

  beforeAll(async () => {
    const fail = (kind: JobKind, _input: unknown, { sessionId }: { sessionId: string }) =>
      sessionId === victim && kind === failing && left-- > 0 ? failure : undefined;
    service = await startService({}, new ScriptedPool({ fail }));
  });

  afterAll(() => service.close());

  it.each(['voice-tokens', 'fusion'] as const)('announces the windows that %s fails, and goes on', async (kind) => {
    [failing, failure, left] = [kind, new RapportError('inference_failed', 'by the script'), 2];
    const [bad, good] = await Promise.all([openCall(service, CALL, 2), openCall(service, CALL, 2)]);
    victim = bad.sessionId;
    await Promise.all([bad, good].map(({ session }) => play(session, CALL, 8)));
    await Promise.all([bad.end(), good.end()]);
    for (const heard of [bad, good]) expectWhole(heard, 'development');
    const degraded = bad.all('rapport.window.degraded').map(({ data }) => data);
    expect(degraded).toEqual(
      [1000, 2000].map((ms) => ({ firstWindowEndMs: ms, lastWindowEndMs: ms, reason: 'inference_failed' })),
    );
    // Every second is either assessed or announced.
    const told = [...degraded.map((d) => d.firstWindowEndMs), ...bad.windows.map((w) => w.windowEndMs)];
    expect(told.sort((a, b) => a - b).slice(0, 6)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
    const later = bad.windows.find((w) => w.windowEndMs === 6000)!;
    expect(later.modalities).toMatchObject({ voice: { present: true }, text: { present: true } });
    expect(good.all('rapport.window.degraded')).toEqual([]);
    expect(good.windows.slice(0, 6).map((w) => w.windowEndMs)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
  });

  it('announces a transcript that fails', async () => {
    [failing, failure, left] = ['transcript', new RapportError('inference_failed', 'by the script'), 1];
    const heard = await openCall(service, CALL, 2);
    victim = heard.sessionId;
    await play(heard.session, CALL, 8);
    await heard.end();
    expectWhole(heard, 'development');
    expect(heard.all('rapport.transcript.final').map(({ data }) => data.source)).toEqual(['chat']);
    expect(heard.all('rapport.session.updated').map(({ data }) => data)).toEqual([
      expect.objectContaining({ kind: 'shed', detail: expect.objectContaining({ what: 'transcript' }) }),
    ]);
  });

  it('ends the session of a fault of ours with an error, and no other', async () => {
    [failing, failure, left] = ['fusion', new TypeError('a fault of ours'), 1];
    const [bad, good] = await Promise.all([openCall(service, CALL, 2), openCall(service, CALL, 2)]);
    victim = bad.sessionId;
    await Promise.all([bad, good].map(({ session }) => play(session, CALL, 8)));
    await good.end();
    expectWhole(good, 'development');
    expect(await bad.closed).toMatchObject({
      message: 'The service closed the connection with status 1011 (internal).',
    });
    expectWellFormed(bad, 'development');
    expect(bad.errors).toEqual([expect.objectContaining({ code: 'internal', fatal: true })]);
    const log = await readLog(service.config.dataDir, bad.sessionId);
    expect(log.at(-1)!.event).toMatchObject({
      type: 'rapport.session.ended',
      data: { reason: 'error', incomplete: true }, // bug: it said nothing was lost
    });
  });
});

describe('a service that dies', () => {
  let child: ServiceProcess | undefined;
  afterEach(() => child?.remove());

  it('ends a session by an error when its data folder was taken from it; says so in its log without a word of anybody', async () => {
    child = new ServiceProcess({}, SCRIPTED);
    const door = await child.door();
    const heard = await openCall(door, CALL, 2, {
      session: { channel: 'voice', customerId: 'personal-id-77', consent: { analysis: true } },
    });
    await heard.until(({ results }) => results.length > 0);
    rmSync(join(child.dataDir, 'outbox', 'lock.json'));
    // Noticed with its next look at the lock.
    let n = 0;
    const talking = setInterval(() => heard.session.chat({ party: 'customer', text: 'kettle', ptsMs: 10 * n++ }), 50);
    void play(heard.session, CALL, 8);
    expect(await heard.closed).toMatchObject({ message: expect.stringContaining('1011') });
    clearInterval(talking);
    expectWellFormed(heard, 'development');
    const [error] = heard.errors;
    expect(error).toMatchObject({ code: 'internal', fatal: true });
    expect(error!.message).toContain('data_dir_locked');
    expect(error!.message).not.toContain(child.dataDir); // bug: clients were told the folder of the service
    expect((await fetch(`${door.http}/healthz`)).status).toBe(200);
    const ready = await fetch(`${door.http}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('start this one again')]);
    const { code } = await child.kill('SIGTERM');
    expect(code).toBe(0);
    const faults = child.stdout.split('\n').filter((line) => line.includes('data_dir_locked'));
    expect(faults.length).toBeGreaterThan(0);
    expect(child.stdout + child.stderr).not.toMatch(/turquoise|kettle|personal-id-77|words \d/);

    // What was shown is there; what could not be written is made good by the next start.
    const kept = await endedByNextStart(child.dataDir, heard.sessionId);
    expect(kept.slice(0, heard.results.length).map(({ event }) => event)).toEqual(
      heard.results.map(({ event }) => event),
    );
  });

  it('has its unfinished sessions ended by the next start, where nobody may come back', async () => {
    child = new ServiceProcess({ RAPPORT_RESUME_WINDOW_MS: '0' }, SCRIPTED);
    const heard = await openCall(await child.door(), CALL, 2);
    const finished = await holdCall(await child.door(), CALL, FAST);
    await heard.session.send(1, new Uint8Array(64_000), 0);
    heard.session.chat({ party: 'customer', text: 'last words', messageId: 'm-1' });
    await heard.until((h) => h.all('rapport.transcript.final').length > 0);
    await child.kill('SIGKILL');
    await heard.closed;

    const kept = await endedByNextStart(child.dataDir, heard.sessionId);
    expect(kept.slice(0, -1).map(({ event }) => event)).toEqual(heard.results.map(({ event }) => event));
    expect(kept.at(-1)!.event.data).toMatchObject({ session: { channel: 'voice' }, streams: CALL.streams });
    const whole = await readLog(child.dataDir, finished.sessionId);
    expect(whole.map(({ event }) => event)).toEqual(finished.results.map(({ event }) => event));
  });

  async function endedByNextStart(dataDir: string, sessionId: string) {
    const next = await startService({ dataDir, resumeWindowMs: 0 });
    await next.app.close();
    const log = await readLog(dataDir, sessionId);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, i) => i + 1));
    const ends = log.filter(({ event }) => event.type === 'rapport.session.ended');
    expect(ends).toHaveLength(1);
    expect(ends[0]).toBe(log.at(-1));
    expect(ends[0]!.event.data).toMatchObject({ reason: 'error', incomplete: true });
    await next.close();
    return log;
  }
});
