import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OggDemuxer } from './ogg-demuxer';
import { OpusVoiceDecoder } from './opus-voice-decoder';
import type { PcmSink } from './voice-decoder';
import { WebmDemuxer } from './webm-demuxer';

/** Mutated inputs in all; the decoders live on through 100 of them each, as a session would. */
const INPUTS = 100_000;
const PER_DECODER = 100;
const SLICE_BYTES = 400;

const fixture = (name: string) => new Uint8Array(readFileSync(join(__dirname, '../../../test/fixtures/media', name)));
const SEEDS = [
  { bytes: fixture('voice-5s.webm'), demuxer: () => new WebmDemuxer() },
  { bytes: fixture('voice-5s.ogg'), demuxer: () => new OggDemuxer() },
];

/** Numerical Recipes' LCG: the same run every time. */
function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutate(slice: Uint8Array, next: (below: number) => number): Uint8Array {
  for (let edits = next(4); edits > 0; edits -= 1) {
    const at = next(slice.length);
    const kind = next(4);
    if (kind === 0) slice[at] = next(256);
    else if (kind === 1) slice[at]! ^= 1 << next(8);
    else if (kind === 2) slice.copyWithin(at, next(slice.length), next(slice.length));
    else slice.fill(0xff, at, at + next(12));
  }
  return next(8) === 0 ? slice.subarray(0, next(slice.length)) : slice;
}

it('does not throw, hang or grow on 100,000 mutated slices', async () => {
  const next = random(4711);
  let samples = 0;
  let faults = 0;
  const sink: PcmSink = {
    roomSamples: 160_000,
    pcm: (_ptsMs, channels) => (samples += channels[0]!.length),
    gap: () => {},
    notice: () => {},
  };
  for (let round = 0; round < INPUTS / PER_DECODER; round += 1) {
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
      if (decoder.take({ ptsMs: i * 20, bytes: input, discontinuity: next(200) === 0 }, sink) !== undefined)
        faults += 1;
      at = next(20) === 0 ? next(bytes.length - SLICE_BYTES) : (at + SLICE_BYTES) % (bytes.length - SLICE_BYTES);
      if (next(15) === 0) at = 0;
    }
    expect(decoder.waitingBytes).toBeLessThan(400_000);
    decoder.dispose();
  }
  expect(samples).toBeGreaterThan(500_000);
  expect(faults).toBeGreaterThan(10_000);
}, 60_000);
