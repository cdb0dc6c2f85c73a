import type { StreamSpec } from '../facts/media-chunk';
import { cluster, simpleBlock, webmHeader } from './codecs/testing/webm-writer';
import { RingMemory } from './ring-memory';
import { AGENT, SessionScript, VIDEO, VOICE, join, silence, speech, still } from './testing/session-script';

/** Samples that no other sound of these tests has. */
const secret = (ms: number): Int16Array => Int16Array.from({ length: ms * 16 }, (_, i) => 12_000 + (i % 777));
const isSecret = (sample: number): boolean => sample >= 12_000 && sample < 12_777;

/** Remembers every array that it handed out. */
class WatchedRings extends RingMemory {
  readonly taken: Int16Array[] = [];
  constructor() {
    super(0);
  }
  override take(count: number): Int16Array {
    const samples = super.take(count);
    this.taken.push(samples);
    return samples;
  }
  get secrets(): number {
    return this.taken.reduce((sum, samples) => sum + samples.filter(isSecret).length, 0);
  }
}

const pausesOf = (s: SessionScript) => s.gaps.filter(({ update }) => update === 'pause');
const gapsOf = (s: SessionScript) => s.gaps.filter(({ update }) => update === 'gap');

describe('a pause', () => {
  it('keeps nothing of what is sent in it, and all around it, in its place', async () => {
    const rings = new WatchedRings();
    const s = new SessionScript({ rings });
    await s.live(1, speech(2005), 0);
    expect(s.streams.pause(2005, 'payment')).toEqual({ ok: true });
    await s.live(1, secret(3000), 2005);
    expect(rings.secrets).toBe(0);
    s.streams.unpause(5005);
    await s.live(1, speech(2000, 3), 5005);
    const ended = await s.end();
    expect(rings.secrets).toBe(0);
    const heard = join(...s.hops.map(({ voices }) => voices[0]!.pcm));
    expect(heard.subarray(0, 2005 * 16)).toEqual(speech(2005));
    expect(heard.subarray(2005 * 16, 5005 * 16)).toEqual(silence(3000));
    expect(heard.subarray(5005 * 16, 7005 * 16)).toEqual(speech(2000, 3));
    expect(s.utterances.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 2005],
      [5005, 7005],
    ]);
    expect(ended.dropped).toEqual({ paused: 150 });
    expect(gapsOf(s)).toEqual([]);
    expect(pausesOf(s)).toEqual([
      { kind: 'updated', update: 'pause', mediaMs: 2005, detail: { paused: true, reason: 'payment' } },
      { kind: 'updated', update: 'pause', mediaMs: 5005, detail: { paused: false, reason: 'payment', fromMs: 2005 } },
    ]);
  });

  it('without it the same search finds what was sent, so that it can fail', async () => {
    const rings = new WatchedRings();
    const s = new SessionScript({ rings });
    await s.live(1, secret(3000), 0);
    expect(rings.secrets).toBe(3000 * 16);
    s.streams.dispose();
  });

  it('erases what came before the word of it and is not worked off', async () => {
    const rings = new WatchedRings();
    const s = new SessionScript({ rings, streams: [VOICE, VIDEO] });
    s.send(3, still(64, 48, 9), 1600);
    await s.live(1, speech(1500), 0);
    await s.live(1, secret(500), 1500);
    expect(rings.secrets).toBe(500 * 16);
    s.streams.pause(1500, 'privacy');
    expect(rings.secrets).toBe(0);
    s.streams.unpause(4000);
    await s.live(1, speech(1000), 4000);
    await s.end();
    expect(s.utterances.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 1500],
      [4000, 5000],
    ]);
    const all = [...s.utterances.map(({ pcm }) => pcm), ...s.hops.map(({ voices }) => voices[0]!.pcm)];
    expect(all.some((pcm) => pcm.some(isSecret))).toBe(false);
    expect(s.hops.flatMap(({ stills }) => stills)).toEqual([]);
  });

  it('cuts the utterance where it was heard already, and one that waits for room', async () => {
    const s = new SessionScript({ settle: false, options: { maxInFlightUtterances: 1 } });
    await s.live(1, join(speech(500), silence(1000), speech(500), silence(700)), 0);
    s.streams.pause(1700, 'other');
    s.streams.settle(s.utterances[0]!);
    await s.jobs();
    expect(s.utterances.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 812],
      [1172, 1700],
    ]);
    s.streams.dispose();
  });

  it('lets the watermark go on by the clock at once, and cannot lower it after', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    await s.live(1, speech(1000), 0);
    s.send(2, speech(1000), 0);
    await s.jobs();
    expect(s.hops).toHaveLength(0);
    s.streams.pause(1000, 'hold');
    await s.jobs();
    await s.advance(3300);
    expect(s.hops.map(({ hopEndMs }) => hopEndMs)).toEqual([1000, 2000, 3000, 4000]);
    expect(s.hops.map(({ unheard }) => unheard)).toEqual([
      undefined,
      [{ startMs: 1000, endMs: 2000 }],
      [{ startMs: 2000, endMs: 3000 }],
      [{ startMs: 3000, endMs: 4000 }],
    ]);
    s.streams.unpause(4300);
    await s.live(1, speech(1000), 4300);
    await s.live(2, speech(1000), 4300);
    expect(s.hops).toHaveLength(5);
    s.streams.dispose();
  });

  // The word of a pause comes before what a client that was away has still to send: that was late then, and a gap.
  it('said before what lies in front of it has come waits for that', async () => {
    const s = new SessionScript();
    await s.live(1, speech(1000), 0);
    s.streams.resume.detach();
    await s.advance(10_000);
    s.streams.resume.attach();
    s.streams.pause(9000, 'payment');
    await s.live(1, speech(8000, 1), 1000);
    await s.advance(100);
    expect(s.hops.at(-1)!.hopEndMs).toBeGreaterThanOrEqual(9000); // reached: the clock rules at once
    const ended = await s.end();
    expect(s.utterances.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([[0, 9000]]);
    expect([gapsOf(s), ended.dropped]).toEqual([[], {}]);
  });

  it('waits for who comes back as for who has not begun', async () => {
    const s = new SessionScript();
    await s.live(1, speech(1000), 0);
    s.streams.pause(1000, 'hold');
    await s.advance(10_000);
    const before = s.hops.length;
    s.streams.unpause(11_000);
    await s.advance(990);
    expect(s.hops).toHaveLength(before);
    await s.advance(400);
    expect(s.hops.length).toBeGreaterThan(before);
    s.streams.dispose();
  });

  it('counts dropped bytes as taken: credit rises for ever', async () => {
    const s = new SessionScript();
    s.streams.pause(0, 'payment');
    for (let at = 0; at < 60_000; at += 1000) {
      expect(s.send(1, secret(1000), at)).toEqual({ ok: true });
      await s.advance(1000);
    }
    expect(s.credits.at(-1)!.limitBytes).toBeGreaterThan(60 * 32_000);
    s.streams.dispose();
  });

  it('drops what is held for a frame that is missing', async () => {
    const s = new SessionScript();
    s.send(1, speech(20), 0);
    const bytes = (samples: Int16Array) => Uint8Array.from(new Uint8Array(samples.buffer));
    s.send(1, secret(20), 40, { seq: 2, byteOffset: 1280, bytes: bytes(secret(20)) });
    s.send(1, secret(20), 60, { seq: 3, byteOffset: 1920, bytes: bytes(secret(20)) });
    s.streams.pause(30, 'privacy');
    s.send(1, speech(20), 20, { seq: 1, byteOffset: 640, bytes: bytes(speech(20, 1)) });
    s.streams.unpause(80);
    const ended = await s.end();
    const heard = join(...s.hops.map(({ voices }) => voices[0]!.pcm));
    expect(heard.some(isSecret)).toBe(false);
    expect(heard.subarray(320, 480)).toEqual(speech(20, 1).subarray(0, 160));
    expect(ended.dropped).toEqual({ paused: 3 });
  });

  it('cuts what is held where it reaches into the pause', async () => {
    const s = new SessionScript();
    const sound = speech(40);
    const frame = (from: number, to: number) => Uint8Array.from(new Uint8Array(sound.slice(from * 16, to * 16).buffer));
    s.send(1, sound, 20, { seq: 1, byteOffset: 640, bytes: frame(20, 40) });
    s.streams.pause(30, 'privacy');
    s.send(1, sound, 0, { seq: 0, byteOffset: 0, bytes: frame(0, 20) });
    await s.end();
    expect(s.hops[0]!.voices[0]!.pcm.subarray(0, 640)).toEqual(join(sound.subarray(0, 480), silence(10)));
  });

  it('said ahead of its time keeps what comes before it', async () => {
    const s = new SessionScript();
    await s.live(1, speech(500), 0);
    s.streams.pause(1000, 'payment');
    await s.live(1, join(speech(500, 1), secret(500)), 500);
    s.streams.unpause(1500);
    await s.live(1, speech(500, 2), 1500);
    await s.end();
    expect(s.utterances.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 1000],
      [1500, 2000],
    ]);
    expect(s.utterances[0]!.pcm).toEqual(join(speech(500), speech(500, 1)));
  });

  it('drops chat by its time, and without one while it lasts', async () => {
    const s = new SessionScript();
    s.clock.advance(990);
    s.streams.pause(1000, 'payment'); // the client's clock is a little ahead
    s.chat();
    s.chat(1500);
    s.chat(1e9);
    s.chat(900);
    s.clock.advance(2000);
    s.streams.unpause(3000);
    s.chat(2500);
    s.chat();
    s.clock.advance(20);
    s.chat();
    const chats = s.facts.filter((fact) => fact.kind === 'chat').map(({ ptsMs }) => ptsMs);
    expect(chats).toEqual([900, 3010]);
    expect(await s.end()).toMatchObject({ dropped: { paused: 5 } });
  });

  // bug: what was dropped for the pause had not come, so the chat seemed ahead of its time, and of the pause
  it('takes chat behind a long one of a sender that is ahead of the clock', async () => {
    const s = new SessionScript();
    s.streams.pause(0, 'payment');
    for (let ms = 0; ms < 20_000; ms += 1000) s.send(1, speech(1000), ms);
    s.streams.unpause(20_000);
    s.chat(20_000);
    expect(s.facts.filter((fact) => fact.kind === 'chat').map(({ ptsMs }) => ptsMs)).toEqual([20_000]);
    expect(await s.end()).toMatchObject({ dropped: { paused: 20 } });
  });

  it('said twice, or after its end, changes nothing; an end before its beginning is refused', async () => {
    const s = new SessionScript();
    await s.live(1, speech(1000), 0);
    for (let again = 0; again < 2; again += 1) s.streams.pause(1000, 'payment');
    await s.live(1, secret(1000), 1000);
    expect(s.streams.unpause(900)).toMatchObject({ ok: false, code: 'invalid_message' });
    for (let again = 0; again < 2; again += 1) s.streams.unpause(2000);
    s.streams.pause(1000, 'payment');
    expect(s.streams.paused).toBe(false);
    await s.live(1, speech(1000), 2000);
    await s.end();
    expect(pausesOf(s).map(({ mediaMs, detail }) => [mediaMs, detail['paused']])).toEqual([
      [1000, true],
      [2000, false],
    ]);
    expect(s.hops[2]!.voices[0]!.pcm).toEqual(speech(1000));
    expect(s.streams.pause(1e12, 'payment')).toMatchObject({ ok: false });
  });

  it('gives each word of it a millisecond of its own, however short it is', async () => {
    const s = new SessionScript();
    for (const at of [5, 5.2, 5.4]) {
      s.streams.pause(at, 'other');
      s.streams.unpause(at);
    }
    expect(pausesOf(s).map(({ mediaMs }) => mediaMs)).toEqual([5, 6, 7, 8, 9, 10]);
    s.streams.dispose();
  });
});

describe('a container behind a pause', () => {
  const OPUS: StreamSpec = { ...VOICE, codec: 'webm-opus' };
  /** 20 ms of silence: CELT, mono, one frame (RFC 6716, 3.1). */
  const PACKET = [0xf8, 0xff, 0xfe];
  const slice = (fromMs: number, toMs: number) =>
    Array.from({ length: (toMs - fromMs) / 20 }, (_, i) => simpleBlock(fromMs + i * 20, PACKET)).flat();
  const bytes = (...parts: number[][]) => Uint8Array.from(parts.flat());
  const ready = async (s: SessionScript) => {
    for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await s.jobs();
  };

  it('goes on at the next block that it finds; what is cut off in front of it is no error', async () => {
    const s = new SessionScript({ streams: [OPUS] });
    const whole = slice(0, 4000);
    const part = (from: number, to: number) =>
      Uint8Array.from(whole.slice((from / 20) * perBlock, (to / 20) * perBlock));
    const perBlock = simpleBlock(0, PACKET).length;
    s.send(1, bytes(webmHeader(), cluster(0)), 0);
    s.send(1, part(0, 1000), 0);
    await ready(s);
    s.streams.pause(1000, 'payment');
    expect(s.send(1, part(1000, 2000), 1000)).toEqual({ ok: true });
    s.streams.unpause(2000);
    // the first payload behind it begins in the middle of a block, and holds no whole one
    const rest = part(2000, 3000);
    expect(s.send(1, rest.subarray(5, 12), 2000)).toEqual({ ok: true });
    expect(s.send(1, rest.subarray(12), 2000)).toEqual({ ok: true });
    await ready(s);
    const ended = await s.end();
    expect(ended.dropped).toEqual({ paused: 2 });
    expect(ended.durationMs).toBeGreaterThanOrEqual(2980);
    expect(gapsOf(s)).toEqual([]);
  });

  it('whose header went with the pause asks for it', async () => {
    const s = new SessionScript({ streams: [OPUS] });
    s.streams.pause(0, 'payment');
    s.send(1, bytes(webmHeader(), cluster(0), slice(0, 1000)), 0, { init: true });
    s.streams.unpause(1000);
    expect(s.send(1, bytes(slice(1000, 2000)), 1000)).toMatchObject({ code: 'payload_invalid' });
    expect(s.send(1, bytes(webmHeader(), cluster(2000), slice(0, 1000)), 2000, { init: true })).toEqual({ ok: true });
    await ready(s);
    expect((await s.end()).durationMs).toBeGreaterThanOrEqual(2980);
  });
});
