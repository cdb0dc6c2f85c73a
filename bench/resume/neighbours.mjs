// What a fault of some costs the others: a live session with the real models, and beside it one fault after the other. What a
// flood of connections costs is told by `npm run bench:door`.
import { figure, median } from '../figures.mjs';
import { startFaults, startService, stayOnCore } from '../processes.mjs';
import { readRecordings } from '../load/recordings.mjs';
import { RawSession, sleep } from './raw-session.mjs';

const SERVICE_CORE = 0;
const OTHER_CORE = 1;
const FRAME_MS = 20;
const FRAME_BYTES = FRAME_MS * 32;
/**
 * The pause that ends the utterance of each phase. All else is speech, so that every window has a voice to encode: where some
 * had and some had none, their latencies lay around two values, and the median fell on the one or the other.
 */
const PAUSE_MS = 800;
/** A window that was due in a phase is there so long after it, or counts as lost to the figure. */
const LATE_MS = 1500;

/**
 * Each run visits each fault in `rounds` phases, in another order every time. A phase with nothing wrong stands before and behind
 * each: a fault is set against its own two, not against one that is minutes away. Behind a fault a phase is left out, in which
 * what it left is worked off.
 */
export async function neighbours({ runs, rounds, phaseMs, sessions: count }) {
  stayOnCore(OTHER_CORE);
  const service = await startService(SERVICE_CORE, { RAPPORT_MAX_SESSIONS: '400' }); // those of faults wait for their clients
  const faults = await startFaults(OTHER_CORE, service.url);
  const names = faults.first.faults;
  const loop = spokenLoop(phaseMs);
  const victims = await Promise.all(Array.from({ length: count }, () => new RawSession(service.url).start()));
  /** {dueMs, latencyMs}: from the last frame that its window waited for. */
  const windows = [];
  const beganMs = performance.now();
  const nowMs = () => performance.now() - beganMs;
  for (const victim of victims) {
    victim.onEvent = ({ type, data }) => {
      if (type !== 'rapport.window.assessed') return;
      const dueMs = data.windowEndMs + 300;
      windows.push({ dueMs, latencyMs: nowMs() - dueMs });
    };
  }
  let isOver = false;
  const speaking = (async () => {
    for (let sentMs = 0; !isOver; await sleep(5)) {
      for (; sentMs + FRAME_MS <= nowMs(); sentMs += FRAME_MS) {
        const at = ((sentMs % phaseMs) / FRAME_MS) * FRAME_BYTES;
        for (const victim of victims) victim.frame(loop.subarray(at, at + FRAME_BYTES), sentMs);
      }
    }
  })();
  // the first ones compile what they call, and have no text yet
  let phase = 2;
  /** Goes through the next phase, with a fault or nothing wrong; resolves to where it lies. All hear the same in each. */
  async function pass(name) {
    phase = Math.max(phase, Math.ceil((nowMs() - 100) / phaseMs)); // one that took longer than its phase has the next, too
    const fromMs = phase * phaseMs;
    phase += 1;
    const toMs = phase * phaseMs;
    await sleep(fromMs - nowMs());
    if (name !== undefined) await faults.ask(name, { ms: phaseMs - 300 });
    await sleep(toMs - nowMs());
    return { name, fromMs, toMs };
  }
  const visits = [];
  for (let run = 0; run < runs; run += 1) {
    for (let round = 0; round < rounds; round += 1) {
      let before = await pass();
      for (const name of rotated(names, run * rounds + round)) {
        const during = await pass(name);
        await pass();
        const behind = await pass();
        visits.push({ run, name, during, calm: [before, behind] });
        before = behind;
      }
    }
  }
  await sleep(LATE_MS);
  isOver = true;
  await speaking;
  for (const { socket } of victims) socket.terminate();
  await Promise.all([faults.stop(), service.stop()]);

  const latencies = ({ name, fromMs, toMs }) => {
    const heard = windows.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs);
    if (heard.length > 0) return heard.map(({ latencyMs }) => latencyMs);
    throw new Error(`no window of the others in the phase of ${name ?? 'nothing wrong'}, ${fromMs} to ${toMs} ms`);
  };
  const eachRun = (of) => Array.from({ length: runs }, (_, run) => of(visits.filter((visit) => visit.run === run)));
  const p50 = (phases) => median([...new Set(phases)].flatMap(latencies));
  return [
    figure(
      'assessment of others, nothing wrong, p50',
      eachRun((all) => p50(all.flatMap(({ calm }) => calm))),
      'ms',
    ),
    ...names.map((name) =>
      figure(
        `assessment of others, ${name}: p50 against nothing wrong`,
        eachRun((all) => {
          const own = all.filter((visit) => visit.name === name);
          return p50(own.map(({ during }) => during)) / p50(own.flatMap(({ calm }) => calm));
        }),
        'ratio',
        { atMost: 1.2 },
      ),
    ),
  ];
}

const rotated = (names, by) => names.map((_, i) => names[(i + by) % names.length]);

/** Speech of the sample call, one stretch behind the other, and a pause. */
function spokenLoop(lengthMs) {
  const samples = new Int16Array(lengthMs * 16);
  const spoken = samples.subarray(0, (lengthMs - PAUSE_MS) * 16);
  let at = 0;
  for (const stretch of readRecordings('sample').customer) {
    spoken.set(stretch.subarray(0, spoken.length - at), at);
    at = Math.min(spoken.length, at + stretch.length);
  }
  if (at < spoken.length)
    throw new Error(`the sample call has ${at / 16} ms of speech, ${lengthMs - PAUSE_MS} are wanted`);
  return Buffer.from(samples.buffer);
}
