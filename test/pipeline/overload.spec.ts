import { SHED_STEPS } from '@rapport-live/protocol';
import { JOB_COSTS_MS } from '../support/busy-pool';
import { type ScriptedCall, scriptedCalls, sendDue } from '../support/scripted-calls';

const CALLS = 2;
const WORKERS = 1;
const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** What is heard of one call when nothing costs anything: the windows and utterances that there are. */
async function undisturbed(callMs: number): Promise<ScriptedCall> {
  const { open, pass, end } = await scriptedCalls({ costMs: () => 0 });
  const call = open();
  await pass(callMs, (nowMs) => sendDue(call, nowMs));
  await end();
  return call;
}

describe('more work than the workers can do', () => {
  const CALM_MS = 4000;
  const BUSY_MS = 30_000;
  const AFTER_MS = 42_000;
  const order = [
    ...SHED_STEPS.map((step) => ({ step, active: true })),
    ...[...SHED_STEPS].reverse().map((step) => ({ step, active: false })),
  ];

  it('takes the steps in their order, takes them back by itself, and drops nothing silently', async () => {
    let factor = 1;
    const scene = await scriptedCalls({
      costMs: (kind) => factor * JOB_COSTS_MS[kind],
      workers: WORKERS,
      shedding: { enterAfterMs: 3000, leaveAfterMs: 4000 },
    });
    const { calls, pool, pass } = scene;
    for (let i = 0; i < CALLS; i += 1) scene.open();
    const sendAll = (nowMs: number): void => calls.forEach((call) => sendDue(call, nowMs));

    await pass(CALM_MS, sendAll);
    expect(calls.flatMap(({ steps }) => steps)).toEqual([]);
    factor = 3;
    await pass(BUSY_MS, sendAll);
    factor = 1;
    await pass(AFTER_MS, sendAll);
    await scene.end();

    const reference = await undisturbed(CALM_MS + BUSY_MS + AFTER_MS);
    for (const call of calls) {
      expect(call.steps.map(({ step, active }) => ({ step, active }))).toEqual(order);
      expect(call.waited).toBe(false); // a live sender is never stalled
      // every window is assessed or announced, once
      const windows = [
        ...call.assessed.map(({ windowEndMs }) => windowEndMs),
        ...call.skipped.map(({ endMs }) => endMs),
      ];
      expect(windows.sort((a, b) => a - b)).toEqual(reference.assessed.map(({ windowEndMs }) => windowEndMs));
      // every utterance is written down or announced, once
      expect([...call.finals, ...call.unwritten].sort(byText)).toEqual([...reference.finals].sort(byText));
      expect(call.results.at(-1)).toMatchObject({ data: { incomplete: false } });

      const at = (step: string, active: boolean): number =>
        call.steps.find((one) => one.step === step && one.active === active)!.mediaMs;
      for (const { windowEndMs, degraded, modalities } of call.assessed) {
        const under = (step: string): boolean => windowEndMs > at(step, true) && windowEndMs <= at(step, false);
        const said = SHED_STEPS.filter(under).filter((step) => step !== 'video_rate' || !under('video'));
        expect([windowEndMs, degraded.filter((flag) => !flag.includes('_shed'))]).toEqual([windowEndMs, said]);
        if (under('hop_2s')) expect(windowEndMs % 2000).toBe(0);
        // faces seen before the step stay in the window for 4 s
        if (under('video') && windowEndMs > at('video', true) + 4000) {
          expect(modalities.face).toMatchObject({ present: false, absentReason: 'shed' });
          expect(degraded).toContain('face_shed');
        }
      }
      const { mediaMs } = call.steps.at(-1)!;
      expect(mediaMs).toBeLessThan(CALM_MS + BUSY_MS + AFTER_MS);
      expect(call.skipped.every(({ endMs }) => endMs <= mediaMs)).toBe(true);
      expect(call.latenessMs(mediaMs, Infinity).at(-1)).toBeLessThan(1000);
    }
    expect(new Set(calls.flatMap(({ skipped }) => skipped.map(({ reason }) => reason)))).toContain('shed');
    expect(pool.most.jobs).toBeLessThan(512);
    expect(scene.faults).toEqual([]);
    expect(scene.controller!.pressure(scene.clock.nowMs()).queueShare).toBe(0);
  }, 120_000);
});

describe('a client that sends a hundred times real time', () => {
  const PLAY_MS = 12_000;

  async function lateness(pusher?: { readonly pace: number }) {
    const scene = await scriptedCalls({ costMs: (kind) => JOB_COSTS_MS[kind], shedding: {} });
    const live = [scene.open(), scene.open()];
    const fast = pusher && scene.open(pusher);
    await scene.pass(PLAY_MS, (nowMs) => {
      for (const call of live) sendDue(call, nowMs);
      for (let i = 0; fast && i < 20 && fast.send(); i += 1); // 100 x 20 ms
    });
    const late = live.flatMap((call) => call.latenessMs(2000, Infinity)).sort((a, b) => a - b);
    await scene.end();
    expect(scene.faults).toEqual([]);
    return { p95Ms: late[Math.floor(late.length * 0.95)]!, live, fast };
  }

  it.each([
    ['undeclared', 1],
    ['declared', 100],
  ])(
    '%s, is slowed by credit and loses nothing; others keep their latency',
    async (_how, pace) => {
      const alone = await lateness();
      const beside = await lateness({ pace });
      const { fast } = beside;
      expect(fast!.waited).toBe(true);
      // faster than real time, as there is room, and far below what it would send
      expect(fast!.sentMs / PLAY_MS).toBeGreaterThan(1);
      expect(fast!.sentMs / PLAY_MS).toBeLessThan(20);
      expect(fast!.skipped).toEqual([]);
      expect(fast!.unwritten).toEqual([]);
      expect(fast!.assessed.length).toBeGreaterThan(fast!.sentMs / 1000 - 3);
      for (const call of beside.live) {
        expect([call.skipped, call.unwritten, call.steps, call.waited]).toEqual([[], [], [], false]);
      }
      // each of a window's jobs waits for one more that runs, and for one more turn
      expect(beside.p95Ms - alone.p95Ms).toBeLessThan(4 * JOB_COSTS_MS['face-tokens'] + JOB_COSTS_MS.fusion);
    },
    120_000,
  );
});
