import { SHED_STEPS, type ServerMessage } from '@rapport-live/protocol';
import { ScriptedClock } from '../../src/streams/testing/scripted-clock';
import { still } from '../../src/streams/testing/session-script';
import { BusyPool, JOB_COSTS_MS } from '../support/busy-pool';
import { expectGapless, isType, RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { joined, silence, square } from '../support/sound';

const CUSTOMER = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const AGENT = { ...CUSTOMER, streamId: 2, party: 'agent' };
const VIDEO = { ...CUSTOMER, streamId: 3, kind: 'video', codec: 'jpeg' };
type Pong = Extract<ServerMessage, { type: 'pong' }>;
const isPong = isType('pong');
const STEP_MS = 100;
const TICK_MS = 20;
/** An utterance every four seconds. */
const TURN = joined(square(3200), silence(800));

describe('a service with more work than it can do', () => {
  const clock = new ScriptedClock(1000);
  const pass = async (): Promise<void> => {
    clock.advance(TICK_MS);
    await new Promise((resolve) => setImmediate(resolve));
  };
  let factor = 1;
  let service: RunningService;
  beforeAll(async () => {
    const pool = new BusyPool({ clock, workers: 1, costMs: (kind) => factor * JOB_COSTS_MS[kind] });
    service = await startService({}, pool, {}, { clock });
  });
  afterAll(async () => {
    // what the history still asks of the pool takes its time too, and the pool ends with its jobs
    let isOver = false;
    const closing = service.close().finally(() => (isOver = true));
    while (!isOver) await pass();
    await closing;
  });

  it('tells each client what it gives up, step by step, and takes it up again by itself', async () => {
    const session = await RawSession.start(service, [CUSTOMER, AGENT, VIDEO], { partials: true });
    let sentMs = 0;
    const live = async (forMs: number): Promise<void> => {
      for (const endMs = sentMs + forMs; sentMs < endMs; sentMs += STEP_MS) {
        const at = (sentMs % 4000) * 16;
        const piece = TURN.subarray(at, at + STEP_MS * 16);
        session.voice(piece, sentMs, 1);
        session.voice(piece, sentMs, 2);
        if (sentMs % 500 === 0) session.send(3, still(640, 480, 1 + ((sentMs / 500) % 50)), sentMs);
        session.client.json({ type: 'ping', ref: String(sentMs) });
        await session.client.until((message): message is Pong => isPong(message) && message.ref === String(sentMs));
        for (let ms = 0; ms < STEP_MS; ms += TICK_MS) await pass();
      }
    };
    await live(4000);
    factor = 6;
    await live(14_000);
    factor = 0.5;
    await live(60_000);
    let isOver = false;
    const ending = session.end().finally(() => (isOver = true));
    while (!isOver) await pass(); // what is in work takes its time
    const results = await ending;
    expectGapless(results);

    const steps = session
      .events('rapport.session.updated')
      .flatMap(({ data: { kind, mediaMs, detail } }) =>
        kind === 'shed' && detail.step !== undefined ? [{ step: detail.step, active: detail.active, mediaMs }] : [],
      );
    const taken = steps.filter(({ active }) => active).map(({ step }) => step);
    expect(taken.length).toBeGreaterThanOrEqual(2);
    expect(taken).toEqual(SHED_STEPS.slice(0, taken.length));
    expect(steps.filter(({ active }) => active === false).map(({ step }) => step)).toEqual([...taken].reverse());
    // Every result in between says so, and none before or after.
    const windows = session.events('rapport.window.assessed').map(({ data }) => data);
    const [first, last] = [steps[0]!.mediaMs, steps.at(-1)!.mediaMs];
    for (const { windowEndMs, degraded } of windows) {
      expect([windowEndMs, degraded.includes('partials')]).toEqual([
        windowEndMs,
        windowEndMs > first && windowEndMs <= last,
      ]);
    }
    // Each window came or was announced, and nothing was dropped without a word.
    const skipped = session
      .events('rapport.window.degraded')
      .flatMap(({ data: { firstWindowEndMs: from, lastWindowEndMs: to } }) =>
        Array.from({ length: (to - from) / 1000 + 1 }, (_, i) => from + i * 1000),
      );
    const told = [...windows.map(({ windowEndMs }) => windowEndMs), ...skipped].sort((a, b) => a - b);
    expect(told).toEqual([...new Set(told)]);
    expect(told).toEqual(Array.from({ length: told.length }, (_, i) => (i + 1) * 1000));
    expect(told.at(-1)).toBeGreaterThanOrEqual(sentMs);
    expect(results.at(-1)!.event.data).toMatchObject({ reason: 'ended', incomplete: false });
    const metrics = (await (await fetch(`${service.http}/metrics`)).text()).split('\n');
    expect(metrics.filter((line) => /^rapport_errors_total.* [1-9]/.test(line))).toEqual([]);
  }, 60_000);
});
