import { JOB_COSTS_MS } from '../support/busy-pool';
import { type CallSettings, type ScriptedCall, scriptedCalls } from '../support/scripted-calls';

const RECORDING_MS = 24_000;
/** One worker, and a second of each voice costs it four: the machine is five times slower than real time. */
const TRANSCRIPT_MS = 12_000;

/** A recording is sent as fast as its credit lets, and ended. */
async function analyzed(settings: CallSettings, transcriptMs: number): Promise<{ call: ScriptedCall; tookMs: number }> {
  const scene = await scriptedCalls({
    costMs: (kind) => (kind === 'transcript' ? transcriptMs : transcriptMs === 0 ? 0 : JOB_COSTS_MS[kind]),
    workers: 1,
    shedding: {},
  });
  const call = scene.open({ camera: false, ...settings });
  const beganMs = scene.clock.nowMs();
  while (call.sentMs < RECORDING_MS) {
    await scene.pass(100);
    while (call.sentMs < RECORDING_MS && call.send());
  }
  await scene.end();
  expect(scene.faults).toEqual([]);
  return { call, tookMs: scene.clock.nowMs() - beganMs };
}

const sorted = (ids: readonly string[]): string[] => [...ids].sort();

/**
 * Cause: a session had 5 s for its end, and more only by how much its media came before its live end. On a machine slower than
 * real time a recording is never ahead: the transcripts of its end were given up.
 */
it('bug: on a slow machine a recording lost its last words', async () => {
  const quick = await analyzed({ recorded: true }, 0);
  const slow = await analyzed({ recorded: true }, TRANSCRIPT_MS);
  expect(quick.call.finals.length).toBeGreaterThanOrEqual(12);
  expect(slow.tookMs).toBeGreaterThan(4 * RECORDING_MS);
  expect(slow.call.results.at(-1)).toMatchObject({ type: 'rapport.session.ended', data: { incomplete: false } });
  expect(sorted(slow.call.finals)).toEqual(sorted(quick.call.finals));
  const windows = ({ call }: typeof slow): number[] => call.assessed.map(({ windowEndMs }) => windowEndMs);
  expect(windows(slow)).toEqual(windows(quick));
  expect([slow.call.skipped, slow.call.unwritten, slow.call.steps]).toEqual([[], [], []]);
}, 60_000);

it('what comes live has 5 s for its end, and says that it is not complete', async () => {
  const { call } = await analyzed({ recorded: false }, TRANSCRIPT_MS);
  expect(call.results.at(-1)).toMatchObject({ type: 'rapport.session.ended', data: { incomplete: true } });
  expect(call.finals.length).toBeLessThan(12);
}, 60_000);
