import { AGENT, SessionScript, silence, still, VIDEO, VOICE } from '../../../src/streams/testing/session-script';
import type { StreamSpec } from '../../../src/facts/media-chunk';

// An hour of two devices is 14,400 frames: seconds of work, and more beside other tests.
jest.setTimeout(60_000);

const HOUR_MS = 3600_000;
const FRAME_MS = 500;
const QUIET = silence(FRAME_MS);

/** A device whose clock shows `rate` ms for each real one. */
interface Device {
  readonly stream: StreamSpec;
  readonly rate: number;
}

/** What a hop of the session says of when its media was made. */
interface Heard {
  readonly hopEndMs: number;
  /** Real time at which the hop came, ms since the start. */
  readonly atMs: number;
  /** Real time at which the stills in it were made. */
  readonly stillsMadeMs: readonly number[];
}

/**
 * Devices that send for an hour, each by its own clock: a frame whenever it has recorded 500 ms. Pauses are real time in
 * which nobody sends, though the devices' clocks go on.
 */
async function hour(devices: readonly Device[], pauses: readonly (readonly [number, number])[] = []) {
  const s = new SessionScript({ streams: devices.map(({ stream }) => stream) });
  const startMs = s.clock.nowMs();
  const madeMs = new Map<number, number>();
  const heard: Heard[] = [];
  s.streams.facts$.subscribe((fact) => {
    if (fact.kind !== 'hop') return;
    const stillsMadeMs = fact.stills.map(({ still: bytes }) => madeMs.get(idOf(bytes))!);
    heard.push({ hopEndMs: fact.hopEndMs, atMs: s.clock.nowMs() - startMs, stillsMadeMs });
  });
  const sent = devices.map(() => 0);
  for (;;) {
    const due = devices.map(({ rate }, i) => ((sent[i]! + 1) * FRAME_MS) / rate);
    const atMs = Math.min(...due);
    if (atMs > HOUR_MS) break;
    s.clock.advanceTo(startMs + atMs);
    const i = due.indexOf(atMs);
    const ptsMs = sent[i]! * FRAME_MS;
    sent[i]! += 1;
    if (pauses.some(([from, to]) => atMs >= from && atMs < to)) continue;
    const { streamId, kind } = devices[i]!.stream;
    if (kind === 'video') {
      madeMs.set(sent[i]!, atMs);
      s.send(streamId, stamped(sent[i]!), ptsMs);
    } else if (!s.send(streamId, QUIET, ptsMs).ok) throw new Error(`refused at ${ptsMs} ms`);
  }
  return { s, heard, startMs };
}

/** A still that carries a number. */
function stamped(id: number): Uint8Array {
  const bytes = still(640, 480, 4);
  new DataView(bytes.buffer).setUint32(bytes.length - 4, id);
  return bytes;
}

const idOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4);

const reasons = (s: SessionScript): unknown[] => [...new Set(s.gaps.map((gap) => gap.detail.reason))];

describe.each([
  ['fast', 1.001],
  ['slow', 0.999],
])('a clock that is 0.1 %% %s, for an hour', (_word, rate) => {
  it('gives every second of its media once, as soon at the end as at the beginning', async () => {
    const { s, heard, startMs } = await hour([{ stream: VOICE, rate }]);
    expect(heard.map(({ hopEndMs }) => hopEndMs)).toEqual(heard.map((_, i) => (i + 1) * 1000));
    expect(heard.length).toBeGreaterThan(HOUR_MS / 1000 - 6);
    // From the end of a hop by the device's clock to its release: a frame and the lateness, in the first hop and in the last.
    const waits = heard.map(({ hopEndMs, atMs }) => atMs - hopEndMs / rate);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2 * FRAME_MS);
    expect(s.gaps).toEqual([]);
    // Bug: a message without a stamp was placed 3.6 s ahead of what a slow device had said, and waited for it.
    expect(Math.abs(s.chat().ptsMs - (s.clock.nowMs() - startMs) * rate)).toBeLessThan(100);
    s.streams.dispose();
  });

  // Bug: in silence the watermark followed the wall clock, which after an hour was 3.6 s ahead of a slow device: what it
  // said next came too late for its hops.
  it('loses nothing after a pause at its end', async () => {
    const { s } = await hour([{ stream: VOICE, rate }], [[3500_000, 3510_000]]);
    const ended = await s.end();
    expect(ended.dropped).toEqual({});
    expect(reasons(s)).toEqual(['missing']);
    expect(s.gaps).toHaveLength(1);
    expect(s.gaps[0]!.detail.lostMs).toBeCloseTo(10_000 * rate, -3);
  });

  // Bug: behind a fast device, silence was noticed 3.6 s late.
  it('is as quick to notice silence at its end', async () => {
    const { heard } = await hour([{ stream: VOICE, rate }], [[3500_000, HOUR_MS]]);
    const waits = heard.filter(({ atMs }) => atMs > 3502_000).map(({ hopEndMs, atMs }) => atMs - hopEndMs / rate);
    expect(waits.length).toBeGreaterThan(90);
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThan(600);
  });
});

describe('two devices whose clocks drift apart by 0.2 %, for an hour', () => {
  // Bug: after an hour the camera was 7.2 s behind the voice. Windows waited for it and joined faces with the wrong words.
  it.each([
    ['voice fast, camera slow', 1.001, 0.999],
    ['voice slow, camera fast', 0.999, 1.001],
  ])('stay beside each other within the allowed lateness: %s', async (_word, voiceRate, cameraRate) => {
    const devices = [
      { stream: VOICE, rate: voiceRate },
      { stream: VIDEO, rate: cameraRate },
    ];
    const { s, heard } = await hour(devices);
    const offMs = heard.flatMap(({ hopEndMs, stillsMadeMs }) =>
      stillsMadeMs.map((madeMs) => madeMs * voiceRate - (hopEndMs - 500)),
    );
    expect(offMs.length).toBeGreaterThan(7000);
    // A still is made at the end of its frame's time, anywhere in its hop: beyond that, what the clocks are apart.
    expect(Math.max(...offMs.map(Math.abs))).toBeLessThan(500 + FRAME_MS + 300);
    const waits = heard.map(({ hopEndMs, atMs }) => atMs - hopEndMs / voiceRate);
    const [first, last] = [waits.slice(0, 300), waits.slice(-300)].map((some) => Math.max(...some));
    expect(Math.abs(last! - first!)).toBeLessThan(300);
    expect(reasons(s)).toEqual(['clock_drift']);
    const shifts = s.gaps.map(({ detail }) => Number(detail.shiftMs));
    expect(Math.abs(shifts.at(-1)! / (HOUR_MS * (voiceRate - cameraRate)))).toBeCloseTo(1, 1);
    expect((await s.end()).dropped).toEqual({});
  });

  it('hold no more voice back at the end than at the beginning', async () => {
    const devices = [
      { stream: VOICE, rate: 1.001 },
      { stream: AGENT, rate: 0.999 },
    ];
    const { s } = await hour(devices);
    const sentBytes = Math.floor((HOUR_MS * 1.001) / FRAME_MS) * QUIET.byteLength;
    const limitBytes = s.credits.findLast(({ streamId }) => streamId === 1)!.limitBytes;
    // Credit is the window less what is held: at most two hops and a step of an eighth.
    expect(limitBytes - sentBytes).toBeGreaterThan(320_000 * (7 / 8) - 2 * 32_000);
    expect((await s.end()).dropped).toEqual({});
  });
});

describe('what only looks like drift', () => {
  it('shifts nothing: a network that jitters, a sender that pauses, a burst, a step of the time stamps', async () => {
    const s = new SessionScript({ streams: [VOICE, VIDEO] });
    const startMs = s.clock.nowMs();
    for (let i = 0; i < 1200; i += 1) {
      const jitterMs = (i * 7919) % 240;
      const heldUpMs = i >= 400 && i < 420 ? (420 - i) * FRAME_MS : 0; // ten seconds that come at once
      s.clock.advanceTo(startMs + (i + 1) * FRAME_MS + jitterMs + heldUpMs);
      if (i >= 700 && i < 760) continue;
      s.send(1, QUIET, i * FRAME_MS + (i > 900 ? 2000 : 0));
      s.send(3, still(), i * FRAME_MS);
    }
    expect(reasons(s)).not.toContain('clock_drift');
    s.streams.dispose();
  });
});
