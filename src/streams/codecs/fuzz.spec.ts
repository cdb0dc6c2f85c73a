import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FuzzFigures } from '../../../test/support/fuzz-figures';
import { FUZZ_INPUTS, FUZZ_TIMEOUT_MS, mutate, random } from '../../../test/support/mutate';
import { OggDemuxer } from './ogg-demuxer';
import { OpusVoiceDecoder } from './opus-voice-decoder';
import type { PcmSink } from './voice-decoder';
import { WebmDemuxer } from './webm-demuxer';

/** The decoders live on through so many inputs each, as a session would. */
const PER_DECODER = 100;
const SLICE_BYTES = 400;

const fixture = (name: string) => new Uint8Array(readFileSync(join(__dirname, '../../../test/fixtures/media', name)));
const SEEDS = [
  { bytes: fixture('voice-5s.webm'), demuxer: () => new WebmDemuxer() },
  { bytes: fixture('voice-5s.ogg'), demuxer: () => new OggDemuxer() },
];

it(
  'does not throw, hang or grow on mutated slices',
  async () => {
    const next = random(4711);
    const figures = new FuzzFigures();
    let samples = 0;
    let faults = 0;
    const sink: PcmSink = {
      roomSamples: 160_000,
      pcm: (_ptsMs, channels) => (samples += channels[0]!.length),
      gap: () => {},
      notice: () => {},
    };
    for (let round = 0; round < FUZZ_INPUTS / PER_DECODER; round += 1) {
      const { bytes, demuxer } = SEEDS[round % SEEDS.length]!;
      let decoder!: OpusVoiceDecoder;
      await new Promise<void>((resolve) => {
        decoder = new OpusVoiceDecoder(demuxer(), 1, resolve);
      });
      let at = 0;
      for (let i = 0; i < PER_DECODER; i += 1) {
        const slice = bytes.slice(at, at + SLICE_BYTES);
        // the header most often whole, else nothing behind it would be read
        const input = at === 0 && next(8) !== 0 ? slice : mutate(slice, next);
        const payload = { ptsMs: i * 20, bytes: input, discontinuity: next(200) === 0, init: next(50) === 0 };
        if (figures.time(() => decoder.take(payload, sink)) !== undefined) faults += 1;
        at = next(20) === 0 ? next(bytes.length - SLICE_BYTES) : (at + SLICE_BYTES) % (bytes.length - SLICE_BYTES);
        if (next(15) === 0) at = 0;
      }
      expect(decoder.waitingBytes).toBeLessThan(400_000);
      decoder.dispose();
    }
    expect(samples).toBeGreaterThan(5 * FUZZ_INPUTS);
    expect(faults).toBeGreaterThan(FUZZ_INPUTS / 10);
    figures.hold('slices of WebM and Ogg with Opus');
  },
  FUZZ_TIMEOUT_MS,
);
