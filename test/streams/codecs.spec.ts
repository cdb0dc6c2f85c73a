import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Codec } from '@rapport-live/protocol';
import { g711Table } from '../../src/streams/codecs/g711';
import type { StreamSpec } from '../../src/facts/media-chunk';
import { OggDemuxer } from '../../src/streams/codecs/ogg-demuxer';
import { Resampler } from '../../src/streams/codecs/resampler';
import { atRate, bestCorrelation, bytesOf, sampleVoice } from '../../src/streams/codecs/testing/signals';
import { WebmDemuxer } from '../../src/streams/codecs/webm-demuxer';
import { SessionScript, VOICE } from '../../src/streams/testing/session-script';
import { exactly } from '../support/exactly';

const fixture = (name: string) => new Uint8Array(readFileSync(join(__dirname, '../fixtures/media', name)));
const FROM_MS = 6500;
const voice = sampleVoice(FROM_MS, FROM_MS + 5000);

/** The nearest G.711 code of each sample, by search over the table of the standard. */
function g711(pcm: Int16Array, law: 'mulaw' | 'alaw'): Uint8Array {
  const codes = [...g711Table(law)].map((value, code) => ({ value, code })).sort((a, b) => a.value - b.value);
  return Uint8Array.from(pcm, (sample) => {
    let [low, high] = [0, codes.length - 1];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (codes[middle]!.value <= sample) low = middle;
      else high = middle;
    }
    return sample - codes[low]!.value < codes[high]!.value - sample ? codes[low]!.code : codes[high]!.code;
  });
}

const INPUTS: Partial<Record<Codec, () => Uint8Array>> = {
  'pcm16le-16k': () => bytesOf(voice),
  'pcm16le-8k': () => bytesOf(atRate(voice, 8000)),
  'pcm16le-24k': () => bytesOf(atRate(voice, 24_000)),
  'pcm16le-48k': () => bytesOf(atRate(voice, 48_000)),
  'mulaw-8k': () => g711(atRate(voice, 8000), 'mulaw'),
  'alaw-8k': () => g711(atRate(voice, 8000), 'alaw'),
  'webm-opus': () => fixture('voice-5s.webm'),
  'ogg-opus': () => fixture('voice-5s.ogg'),
};

/** Where the media of each slice begins, as a recorder knows it. */
function stampsOf(codec: Codec, slices: readonly Uint8Array[]): number[] {
  if (!codec.endsWith('opus')) return slices.map((_, i) => (i * 5000) / slices.length);
  const demuxer = codec === 'webm-opus' ? new WebmDemuxer() : new OggDemuxer();
  let lastMs = 0;
  return slices.map((slice) => {
    let firstMs: number | undefined;
    demuxer.push(slice, {
      head: () => {},
      packet: (_data, timeMs, within) => {
        if (within) firstMs ??= timeMs;
      },
      corrupt: () => {},
    });
    lastMs = Math.max(lastMs, firstMs ?? 0);
    return lastMs;
  });
}

/** Five seconds of voice through the streams stage, in 25 payloads as they would come live. */
async function heard(codec: Codec) {
  const s = new SessionScript({ streams: [{ ...VOICE, codec }] });
  const bytes = INPUTS[codec]!();
  const step = Math.ceil(bytes.length / 25 / 2) * 2;
  const slices = Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) =>
    bytes.slice(i * step, (i + 1) * step),
  );
  const stamps = stampsOf(codec, slices);
  for (const [i, slice] of slices.entries()) {
    s.clock.advance(200);
    expect(s.send(1, slice, stamps[i]!)).toEqual({ ok: true });
    await s.jobs();
  }
  const ended = await s.end();
  const pcm = Int16Array.from(s.hops.flatMap((hop) => [...hop.voices[0]!.pcm]));
  return { pcm, utterances: s.utterances.map(({ startMs, endMs }) => ({ startMs, endMs })), ended, gaps: s.gaps };
}

describe('the same voice in every codec', () => {
  let reference: Awaited<ReturnType<typeof heard>>;
  beforeAll(async () => {
    reference = await heard('pcm16le-16k');
  });

  it('is heard as utterances without any codec', () => {
    expect(reference.utterances.length).toBeGreaterThan(0);
  });

  it.each(Object.keys(INPUTS) as Codec[])('%s: the same sound and the same utterances', async (codec) => {
    const { pcm, utterances, ended, gaps } = await heard(codec);
    const { value } = bestCorrelation(reference.pcm, pcm);
    expect(value).toBeGreaterThan(0.95);
    expect(ended.dropped).toEqual({});
    expect(gaps).toEqual([]);
    expect(utterances.length).toBe(reference.utterances.length);
    utterances.forEach(({ startMs, endMs }, i) => {
      expect(Math.abs(startMs - reference.utterances[i]!.startMs)).toBeLessThanOrEqual(100);
      expect(Math.abs(endMs - reference.utterances[i]!.endMs)).toBeLessThanOrEqual(100);
    });
  });
});

describe('two parties in two channels', () => {
  it.each(['pcm16le-16k', 'webm-opus'] as const)('%s: each is a stream of its own', async (codec) => {
    const channels: StreamSpec['channels'] = ['customer', 'agent'];
    const stereo: StreamSpec = { ...VOICE, party: 'mixed', name: 'mixed-voice-1', channels, codec };
    const s = new SessionScript({ streams: [stereo] });
    const interleaved = new Int16Array(2 * 16_000).map((_, i) => (i % 2 === 0 ? voice[8000 + i / 2]! : 0));
    expect(s.send(1, codec === 'webm-opus' ? fixture('left-2s.webm') : interleaved, 0)).toEqual({ ok: true });
    await s.jobs();
    await s.end();
    expect(s.hops[0]!.voices.map(({ streamName, party }) => [streamName, party])).toEqual([
      ['customer-voice-1', 'customer'],
      ['agent-voice-1', 'agent'],
    ]);
    expect(s.utterances.length).toBeGreaterThan(0);
    expect(new Set(s.utterances.map(({ party }) => party))).toEqual(new Set(['customer']));
  });
});

describe('bad voice', () => {
  it('answers what is no WebM, counts it, and hears the recording that follows', async () => {
    const s = new SessionScript({ streams: [{ ...VOICE, codec: 'webm-opus' }] });
    expect(s.send(1, Uint8Array.of(1, 2, 3, 4), 0)).toMatchObject({ ok: false, code: 'payload_invalid' });
    expect(s.send(1, new Uint8Array(0), 0)).toEqual({ ok: true });
    expect(s.send(1, fixture('voice-5s.webm'), 0)).toEqual({ ok: true });
    expect(await s.end()).toMatchObject({ durationMs: expect.any(Number), dropped: { payload_invalid: 1 } });
    expect(s.utterances.length).toBeGreaterThan(0);
  });

  it('takes a window of sparse Opus, decodes it as there is room, and loses nothing', async () => {
    const s = new SessionScript({ streams: [{ ...VOICE, codec: 'webm-opus' }], settle: false });
    const bytes = fixture('voice-5s.webm');
    // the same recording 5 times over, 25 s in 144,000 bytes: within the credit, beyond the room of 10 s
    for (let i = 0; i < 5; i += 1) expect(s.send(1, bytes, i * 5000)).toEqual({ ok: true });
    for (let settled = 0, turns = 0; turns < 400; turns += 1) {
      await s.jobs();
      for (; settled < s.facts.length; settled += 1) s.streams.settle(s.facts[settled]!);
      if (turns === 50) s.streams.end();
    }
    expect(s.facts.at(-1)).toMatchObject({ kind: 'ended', dropped: exactly({}) });
    expect(s.utterances.at(-1)!.endMs).toBeGreaterThan(20_000);
  });

  it('announces a telephone line that is sent at 48 kHz', async () => {
    const s = new SessionScript({ streams: [{ ...VOICE, codec: 'pcm16le-48k' }] });
    const narrow = atRate(atRate16(atRate(voice, 8000)), 48_000);
    for (let i = 0; i < 25; i += 1) {
      s.clock.advance(200);
      s.send(1, narrow.subarray(i * 9600, (i + 1) * 9600), i * 200);
      await s.jobs();
    }
    await s.end();
    expect(s.gaps).toEqual([
      expect.objectContaining({
        update: 'notice',
        scope: 'customer-voice-1',
        detail: expect.objectContaining({ reason: 'narrow_band' }),
      }),
    ]);
  });
});

describe('samples of 8 kHz that are declared as 48 kHz', () => {
  const at8k = atRate(sampleVoice(FROM_MS, FROM_MS + 15_000), 8000);

  it.each([
    ['stamped by the sender’s clock', (i: number) => i * 20, 'time_stamps'],
    ['stamped by counting samples', (i: number) => (i * 160) / 48, 'arrival'],
  ])('%s: announced with what they look like', async (_name, ptsMs, evidence) => {
    const s = new SessionScript({ streams: [{ ...VOICE, codec: 'pcm16le-48k' }] });
    for (let i = 0; i < 750; i += 1) {
      s.clock.advance(20);
      expect(s.send(1, at8k.subarray(i * 160, (i + 1) * 160), ptsMs(i))).toEqual({ ok: true });
      await s.jobs();
    }
    await s.end();
    const notices = s.gaps
      .filter(({ update }) => update === 'notice')
      .map(({ scope, detail }) => ({ scope, ...detail }));
    expect(notices).toEqual([
      { scope: 'customer-voice-1', reason: 'sample_rate', declaredHz: 48_000, looksLikeHz: 8000, evidence },
    ]);
  });
});

/** From 8 to 16 kHz by the code under test, whose images are below -80 dB. */
function atRate16(at8k: Int16Array): Int16Array {
  const resampler = new Resampler(8000);
  const out: number[] = [];
  for (let at = 0; at < at8k.length; at += 4096) out.push(...resampler.push(at8k.subarray(at, at + 4096)));
  return Int16Array.from([...out, ...resampler.flush()]);
}
