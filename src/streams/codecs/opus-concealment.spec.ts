import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpusVoiceDecoder } from './opus-voice-decoder';
import { MAX_CONCEALED_MS } from './opus-concealment';
import { amplitudeAt, NotingSink } from './testing/signals';
import { block, cluster, element, simpleBlock, webmHeader } from './testing/webm-writer';
import { ID } from './ebml';
import { WebmDemuxer } from './webm-demuxer';

/** 84 packets of 60 ms, 16 kHz of speech; every sixth is lost. */
const PACKET_MS = 60;
const SAMPLES = PACKET_MS * 16;
const packets = packetsOf(new Uint8Array(readFileSync(join(__dirname, '../../../test/fixtures/media/voice-5s.webm'))));
/** One frame too many for its bytes (RFC 6716, 3.4): never decoded. */
const DAMAGED = [0x0b];

function packetsOf(recording: Uint8Array): number[][] {
  const found: number[][] = [];
  const sink = { head: () => {}, packet: (data: Uint8Array) => found.push([...data]), corrupt: () => {} };
  new WebmDemuxer().push(recording, sink);
  return found;
}

/** What is heard of the recording when these packets come as `damage` makes them. */
async function heard(lost: ReadonlySet<number>, damage: (timeMs: number) => number[]) {
  let decoder!: OpusVoiceDecoder;
  await new Promise<void>((resolve) => (decoder = new OpusVoiceDecoder(new WebmDemuxer(), 1, resolve)));
  const sink = new NotingSink();
  const blocks = packets.map((packet, i) => (lost.has(i) ? damage(i * PACKET_MS) : simpleBlock(i * PACKET_MS, packet)));
  decoder.take(
    { ptsMs: 0, bytes: Uint8Array.from([...webmHeader(), ...cluster(0), ...blocks.flat()]), discontinuity: false },
    sink,
  );
  decoder.dispose();
  return { pcm: sink.all(), gaps: sink.gaps, pieces: sink.pieces };
}

const damagedPacket = (timeMs: number) => simpleBlock(timeMs, DAMAGED);
const brokenBlock = (timeMs: number) => element(ID.SimpleBlock, block(timeMs, [200, 255, 255], 0x82));

/** Root mean square of the difference of the log spectra, dB, of 24 bands from 150 to 3600 Hz of one lost packet. */
function spectralDistanceDb(a: Int16Array, b: Int16Array): number {
  let sum = 0;
  for (let band = 0; band < 24; band += 1) {
    const hz = 150 * (band + 1);
    const level = (pcm: Int16Array) => 20 * Math.log10(amplitudeAt(hz, 16_000, pcm) + 1);
    sum += (level(a) - level(b)) ** 2;
  }
  return Math.sqrt(sum / 24);
}

const rms = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length);

describe('concealment of lost Opus packets', () => {
  const everySixth = new Set([...packets.keys()].filter((i) => i % 6 === 4));
  const at = (pcm: Int16Array, i: number) => pcm.subarray(i * SAMPLES, (i + 1) * SAMPLES);
  let whole: Awaited<ReturnType<typeof heard>>;
  beforeAll(async () => {
    whole = await heard(new Set(), damagedPacket);
  });

  it.each([
    ['damaged packets', damagedPacket],
    ['broken blocks', brokenBlock],
  ])('%s: sounds nearer to what was lost than silence does, and moves nothing', async (_name, damage) => {
    const { pcm, gaps } = await heard(everySixth, damage);
    expect(pcm.length).toBe(whole.pcm.length);
    expect(gaps.length).toBe(everySixth.size);
    const spoken = [...everySixth].filter((i) => rms(at(whole.pcm, i)) > 100);
    expect(spoken.length).toBeGreaterThan(5);
    const mean = (of: (i: number) => number) => spoken.reduce((sum, i) => sum + of(i), 0) / spoken.length;
    const concealedDb = mean((i) => spectralDistanceDb(at(whole.pcm, i), at(pcm, i)));
    const silentDb = mean((i) => spectralDistanceDb(at(whole.pcm, i), new Int16Array(SAMPLES)));
    // 15 dB against 28 dB when this was written
    expect(concealedDb).toBeLessThan(0.65 * silentDb);
  });

  it('is silence behind the longest packet', async () => {
    const { pcm } = await heard(new Set([40, 41, 42, 43, 44]), damagedPacket);
    const from = (40 * PACKET_MS + MAX_CONCEALED_MS) * 16;
    expect(rms(pcm.subarray(from - SAMPLES, from))).toBeGreaterThan(0);
    expect(rms(pcm.subarray(from, from + 3 * SAMPLES - 200))).toBe(0);
    expect(rms(at(pcm, 50))).toBeGreaterThan(0);
  });

  it('has nothing to go on from at the beginning', async () => {
    const { pieces } = await heard(new Set([0, 1]), damagedPacket);
    expect(pieces.slice(0, 3).map(({ channels }) => rms(channels[0]!) > 0)).toEqual([false, false, true]);
  });
});
