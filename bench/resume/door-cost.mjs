// What the door costs beside models: CPU of a frame, memory and CPU of a session, and the time until all are back.
import { WebSocket } from 'ws';
import { figure, quantile } from '../figures.mjs';
import { startBareSockets, startQuietService } from '../processes.mjs';
import { encodeFrame } from '../../packages/protocol/dist/index.js';
import { sleep, spread, startMany } from './raw-session.mjs';

const FRAME_MS = 20;
const SILENCE = new Uint8Array(FRAME_MS * 32);
const MIB = 2 ** 20;

/** Frames of 20 ms of many sessions, each at its time: the service with a pipeline that does nothing, and a bare server. */
export async function frameCost({ runs, sessions: count, ms }) {
  const service = await startQuietService(0, { BENCH_PIPELINE: 'null', RAPPORT_MAX_SESSIONS: String(count) });
  const bare = await startBareSockets(0);
  const sessions = await startMany(service.url, count);
  const sockets = await Promise.all(
    Array.from({ length: count }, async () => {
      const socket = new WebSocket(bare.url);
      await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
      return { socket, seq: 0, byteOffset: 0 };
    }),
  );
  const toService = (i) => sessions[i].frame(SILENCE, sessions[i].seq * FRAME_MS);
  const toBare = (i) => {
    const one = sockets[i];
    const header = {
      flags: 0,
      streamId: 1,
      seq: one.seq,
      ptsUs: one.seq * FRAME_MS * 1000,
      byteOffset: one.byteOffset,
    };
    one.seq += 1;
    one.byteOffset += SILENCE.length;
    one.socket.send(encodeFrame(header, SILENCE));
  };
  const micros = { service: [], bare: [] };
  // The first round warms both up.
  for (let run = -1; run < runs; run += 1) {
    for (const [name, child, send] of [
      ['bare', bare, toBare],
      ['service', service, toService],
    ]) {
      await child.ask('mark');
      const sent = await spread(count, FRAME_MS, ms, send);
      const { frames, cpuMs } = await allRead(child, sent);
      if (frames !== sent) throw new Error(`${name} got ${frames} of ${sent} frames`);
      if (run >= 0) micros[name].push((1000 * cpuMs) / frames);
    }
  }
  for (const { socket } of [...sockets, ...sessions]) socket.terminate();
  await Promise.all([service.stop(), bare.stop()]);
  const ratios = micros.service.map((each, i) => each / micros.bare[i]);
  return [
    figure('CPU of a frame of 20 ms, null pipeline', micros.service, 'us'),
    figure('CPU of one in a bare ws server that counts', micros.bare, 'us'),
    figure('frame against bare', ratios, 'ratio', { atMost: 2.5 }),
  ];
}

/** What it did once it has read so many frames, or has had 5 s for that. */
async function allRead(child, sent) {
  const untilMs = performance.now() + 5000;
  for (;;) {
    await sleep(100);
    const report = await child.ask('report');
    if (report.frames >= sent || performance.now() > untilMs) return report;
  }
}

/** Sessions that come and go before anything is measured: what the first ones make once is not theirs. */
const WARM_UP = 20;

/** Memory and CPU of sessions that are open and silent, then of the same ones with a microphone each. */
export async function sessionCost({ idle, active, ms }) {
  const service = await startQuietService(0, { RAPPORT_MAX_SESSIONS: String(WARM_UP + idle + active) });
  // Cut, they wait for their clients and keep their places.
  for (const session of await startMany(service.url, WARM_UP)) await session.cut();
  await sleep(500);
  const memory = async () => (await service.ask('memory')).rssBytes;
  const before = await memory();
  const silent = await startMany(service.url, idle);
  await sleep(1500);
  await service.ask('mark');
  await sleep(ms);
  const { busy } = await service.ask('report');
  const afterIdle = await memory();
  const speaking = await startMany(service.url, active);
  const frames = speech();
  await spread(active, FRAME_MS, ms, (i, round) => speaking[i].frame(frames[round % frames.length], round * FRAME_MS));
  const afterActive = await memory();
  for (const { socket } of [...silent, ...speaking]) socket.terminate();
  await service.stop();
  return [
    figure('memory of an idle session', [(afterIdle - before) / idle / MIB], 'MiB', { atMost: 3 }),
    figure('memory of an active session', [(afterActive - afterIdle) / active / MIB], 'MiB', { atMost: 3 }),
    figure('CPU of an idle session', [(100 * busy) / idle], '% of a core', { atMost: 0.1 }),
  ];
}

/** 1.28 s of loud noise and 0.64 s of silence: an utterance every two seconds. */
function speech() {
  return Array.from({ length: 96 }, (_, i) => {
    const samples = Int16Array.from({ length: FRAME_MS * 16 }, (_, at) => (i < 64 ? 5000 * ((at % 7) - 3) : 0) / 3);
    return Buffer.from(samples.buffer);
  });
}

/** One by one, then all at once. */
export async function comeBack({ sessions: count, tries }) {
  const service = await startQuietService(0, { RAPPORT_MAX_SESSIONS: String(count) });
  const sessions = await startMany(service.url, count);
  const oneMs = [];
  for (let i = 0; i < tries; i += 1) {
    const session = sessions[i % count];
    await session.cut();
    oneMs.push(await session.resume());
  }
  await Promise.all(sessions.map((session) => session.cut()));
  await sleep(6000); // the door's throttle has room for 1,000 at once again
  await service.ask('mark', { loop: true });
  const beganMs = performance.now();
  const manyMs = await Promise.all(sessions.map((session) => session.resume()));
  const allMs = performance.now() - beganMs;
  const { loopDelayMs, cpuMs } = await service.ask('report');
  for (const { socket } of sessions) socket.terminate();
  await service.stop();
  return [
    figure('time to resume, p50', [quantile(oneMs, 0.5)], 'ms'),
    figure('time to resume, p99', [quantile(oneMs, 0.99)], 'ms'),
    figure(`${count} at once: until all are back`, [allMs], 'ms'),
    figure(`${count} at once: time to resume, p50`, [quantile(manyMs, 0.5)], 'ms'),
    figure(`${count} at once: event-loop delay, p99`, [loopDelayMs.p99], 'ms'),
    figure(`${count} at once: CPU of each`, [cpuMs / count], 'ms'),
  ];
}
