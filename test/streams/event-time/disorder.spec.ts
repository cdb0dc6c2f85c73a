import fc from 'fast-check';
import {
  AGENT,
  join,
  SessionScript,
  silence,
  speech,
  still,
  VIDEO,
  VOICE,
} from '../../../src/streams/testing/session-script';

const FRAME_MS = 100;
const FRAME_SAMPLES = FRAME_MS * 16;

/** Frame `n` of a stream that sends `pcm`, whenever it comes. */
function frame(s: SessionScript, pcm: Int16Array, n: number) {
  const content = pcm.subarray(n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES);
  return s.send(1, content, n * FRAME_MS, { seq: n, byteOffset: n * FRAME_SAMPLES * 2 });
}

const sound = (s: SessionScript): Int16Array => join(...s.hops.map((hop) => hop.voices[0]!.pcm));
const equal = (a: Int16Array, b: Int16Array): boolean =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));

describe('frames of one stream in disorder', () => {
  const pcm = join(speech(1200), silence(800), speech(1000, 3));
  const frames = pcm.length / FRAME_SAMPLES;

  async function inOrder() {
    const s = new SessionScript();
    for (let n = 0; n < frames; n += 1) frame(s, pcm, n);
    await s.end();
    return s;
  }

  it('swapped and sent again within the bound, give the hops and utterances that they give in order', async () => {
    const expected = await inOrder();
    const order = fc.array(fc.tuple(fc.nat(11), fc.nat(frames - 1)), { minLength: frames, maxLength: frames });
    await fc.assert(
      fc.asyncProperty(order, async (shuffle) => {
        const s = new SessionScript();
        // Each frame comes up to 11 places late, and some frame comes again.
        const arrival = shuffle.map(([late], n) => ({ n, at: n + late })).sort((a, b) => a.at - b.at || a.n - b.n);
        for (const [i, { n }] of arrival.entries()) {
          expect(frame(s, pcm, n)).toEqual({ ok: true });
          if (i % 5 === 0) expect(frame(s, pcm, n)).toEqual({ ok: true });
          await s.jobs();
        }
        const ended = await s.end();
        expect(ended.dropped).toEqual({ duplicate: frames / 5 });
        expect(equal(sound(s), sound(expected))).toBe(true);
        const spans = (of: SessionScript) => of.utterances.map(({ startMs, endMs }) => [startMs, endMs]);
        expect(spans(s)).toEqual(spans(expected));
        expect(s.gaps).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });

  // Bug: of a second hole, everything since voice activity had last answered was said to be lost.
  it('missing ones are silence of their length, counted and said, and the rest stays in its place', async () => {
    const lost = new Set([3, 4, 17]);
    const s = new SessionScript();
    for (let n = 0; n < 20; n += 1) if (!lost.has(n)) expect(frame(s, pcm, n)).toEqual({ ok: true });
    await s.advance(1000);
    const ended = await s.end();
    const expected = pcm.slice(0, 20 * FRAME_SAMPLES);
    for (const n of lost) expected.fill(0, n * FRAME_SAMPLES, (n + 1) * FRAME_SAMPLES);
    expect(equal(sound(s), expected)).toBe(true);
    expect(ended.dropped).toEqual({ lost_frame: 3 });
    const said = s.gaps.map(({ detail }) => [detail.reason, detail.lostMs]);
    expect(said).toEqual([['lost_frames', 300]]);
  });

  it('does not wait for a missing one any longer than the stream is silent', async () => {
    const s = new SessionScript();
    for (let n = 0; n < 16; n += 1) if (n !== 5) frame(s, pcm, n);
    expect(s.hops).toHaveLength(0);
    await s.advance(999);
    expect(s.hops).toHaveLength(0);
    await s.advance(1);
    expect(s.hops.map((hop) => hop.hopEndMs)).toEqual([1000]);
    s.streams.dispose();
  });
});

describe('late media', () => {
  /** The agent has talked for 8 s, the customer's device was cut off meanwhile: the watermark is at 7.7 s. */
  async function behind() {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    await s.live(2, silence(8000), 0, 100);
    return s;
  }

  it.each([
    ['just within 4 s', 3701, {}],
    ['at 4 s', 3700 - FRAME_MS, { late: 1 }],
  ])('%s behind the watermark is heard for its words or dropped, and said', async (_word, ptsMs, dropped) => {
    const s = await behind();
    s.send(1, speech(FRAME_MS), ptsMs);
    const ended = await s.end();
    expect(ended.dropped).toEqual('late' in dropped ? dropped : { hop_passed: 1 });
    expect(s.gaps).toHaveLength(1);
    expect(s.gaps[0]!.detail).toMatchObject({ stream: VOICE.name, fromMs: ptsMs, lostMs: FRAME_MS });
  });

  it('joins the hop that is not out yet, the rest of it only its words', async () => {
    const s = await behind();
    s.send(1, speech(1500), 6500);
    await s.live(2, silence(2000), 8000, 100);
    const hop = s.hops.find(({ hopEndMs }) => hopEndMs === 8000)!;
    expect(equal(hop.voices[0]!.pcm, speech(1500).slice(500 * 16))).toBe(true);
    expect(s.utterances.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([[6500, 7972]]);
    expect(await s.end()).toMatchObject({ dropped: { hop_passed: 1 } });
  });

  it('drops a still whose hop is out, and keeps one whose hop is not', async () => {
    const s = new SessionScript({ streams: [VOICE, VIDEO] });
    await s.live(1, silence(4000), 0, 100);
    s.send(3, still(), 1500);
    s.send(3, still(), 3500);
    await s.live(1, silence(1500), 4000, 100);
    const ended = await s.end();
    expect(s.hops.flatMap((hop) => hop.stills.map(({ ptsMs }) => [hop.hopEndMs, ptsMs]))).toEqual([[4000, 3500]]);
    expect(ended.dropped).toEqual({ late: 1 });
    expect(s.gaps[0]!.detail).toMatchObject({ reason: 'late', stream: VIDEO.name, fromMs: 1500 });
  });

  it('of one stream holds no other stream back for more than the idle limit', async () => {
    const s = await behind();
    const before = s.hops.length;
    s.send(1, speech(FRAME_MS), 5000);
    await s.live(2, silence(900), 8000, 100);
    expect(s.hops.length).toBe(before);
    await s.live(2, silence(1000), 8900, 100);
    expect(s.hops.at(-1)!.hopEndMs).toBe(9000);
    s.streams.dispose();
  });
});

describe('time stamps that jump', () => {
  it('back: the same second again is not another second', async () => {
    const s = new SessionScript();
    s.send(1, speech(3000), 0);
    await s.jobs();
    s.send(1, speech(1000, 1), 0);
    s.send(1, speech(1000, 2), 3000);
    const ended = await s.end();
    expect(s.hops.map(({ hopEndMs }) => hopEndMs)).toEqual([1000, 2000, 3000, 4000]);
    expect(equal(sound(s).slice(0, 3000 * 16), speech(3000))).toBe(true);
    expect(ended.durationMs).toBe(4000);
  });

  it('an hour ahead and back: both are placed, the hour between costs two hops and one announcement', async () => {
    const s = new SessionScript();
    s.send(1, speech(1000), 0);
    s.send(1, speech(1000, 1), 3600_000);
    await s.jobs();
    s.send(1, speech(1000, 2), 1000);
    const ended = await s.end();
    expect(s.hops.length).toBeLessThan(40);
    expect(ended.durationMs).toBe(3601_000);
    expect(s.gaps.map(({ detail }) => detail.reason)).toContain('no_media');
    expect(s.gaps.length).toBeLessThan(5);
  });
});
