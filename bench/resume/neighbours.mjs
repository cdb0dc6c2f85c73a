// What a fault of some costs the others: a live session with the real models, and beside it one fault after the other. What a
// flood of connections costs is told by `npm run bench:door`.
import { figure, median } from '../figures.mjs';
import { startFaults, startService } from '../processes.mjs';
import { readRecordings } from '../load/recordings.mjs';
import { RawSession, sleep } from './raw-session.mjs';

const FRAME_MS = 20;
const FRAME_BYTES = FRAME_MS * 32;
/** The same sound in every phase: 2.2 s of speech and a pause. */
const SPOKEN_MS = 2200;

/** A phase has six windows, of which a median says little: a run visits each fault in `rounds` phases, far from each other. */
export async function neighbours({ runs, rounds, phaseMs, sessions: count }) {
  const service = await startService(0, { RAPPORT_MAX_SESSIONS: '400' }); // those of faults wait for their clients
  const faults = await startFaults(1, service.url);
  const names = [undefined, ...faults.first.faults];
  const loop = spokenLoop(phaseMs);
  const victims = await Promise.all(Array.from({ length: count }, () => new RawSession(service.url).start()));
  /** {dueMs, latencyMs}: from the last frame that its window waited for. */
  const windows = [];
  const beganMs = performance.now();
  for (const victim of victims) {
    victim.onEvent = ({ type, data }) => {
      if (type !== 'rapport.window.assessed') return;
      const dueMs = data.windowEndMs + 300;
      windows.push({ dueMs, latencyMs: performance.now() - beganMs - dueMs });
    };
  }
  let isOver = false;
  const speaking = (async () => {
    for (let sentMs = 0; !isOver; await sleep(5)) {
      for (; sentMs + FRAME_MS <= performance.now() - beganMs; sentMs += FRAME_MS) {
        const at = ((sentMs % phaseMs) / FRAME_MS) * FRAME_BYTES;
        for (const victim of victims) victim.frame(loop.subarray(at, at + FRAME_BYTES), sentMs);
      }
    }
  })();
  const p50Ms = Object.fromEntries(names.map((name) => [name, []]));
  /** Until phase `n` begins: each hears the same. */
  const phaseBegin = (n) => sleep(n * phaseMs - (performance.now() - beganMs));
  let phase = 0;
  /** Latencies of the windows that were due while a fault went on, or nothing was wrong. */
  async function heardDuring(name) {
    phase += 1;
    await phaseBegin(phase);
    const fromMs = performance.now() - beganMs;
    if (name !== undefined) await faults.ask(name, { ms: phaseMs - 300 });
    phase += 1;
    await phaseBegin(phase);
    const toMs = performance.now() - beganMs;
    await sleep(500);
    const heard = windows.filter(({ dueMs }) => dueMs >= fromMs && dueMs < toMs);
    if (heard.length === 0) {
      const states = victims.map(({ socket }) => socket.readyState).join(', ');
      const newest = windows.at(-1)?.dueMs ?? 'never';
      throw new Error(
        `no window of the others in the phase of ${name ?? 'nothing wrong'}, ${fromMs} to ${toMs} ms ` +
          `(their sockets: ${states}; of ${windows.length} windows the newest was due at ${newest} ms)`,
      );
    }
    return heard.map(({ latencyMs }) => latencyMs);
  }
  for (let run = 0; run < runs; run += 1) {
    const latencies = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const name of names) latencies[name].push(...(await heardDuring(name)));
    }
    for (const name of names) p50Ms[name].push(median(latencies[name]));
  }
  isOver = true;
  await speaking;
  for (const { socket } of victims) socket.terminate();
  await Promise.all([faults.stop(), service.stop()]);
  const calm = p50Ms[undefined];
  return [
    figure('assessment of others, nothing wrong, p50', calm, 'ms'),
    ...faults.first.faults.map((name) =>
      figure(
        `assessment of others, ${name}: p50 against nothing wrong`,
        p50Ms[name].map((ms, run) => ms / calm[run]),
        'ratio',
        { atMost: 1.2 },
      ),
    ),
  ];
}

function spokenLoop(lengthMs) {
  const { customer } = readRecordings('sample');
  const longest = customer.reduce((a, b) => (a.length > b.length ? a : b));
  const samples = new Int16Array(lengthMs * 16);
  samples.set(longest.subarray(0, SPOKEN_MS * 16));
  return Buffer.from(samples.buffer);
}
