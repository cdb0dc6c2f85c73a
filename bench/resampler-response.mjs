// What the resampler lets through, tone by tone: by how much it changes what is in the band, and how loud what is not comes out
// somewhere else. dB against the tone that went in; nothing here depends on the machine.
import { BLOCK_SAMPLES, OUTPUT_RATE_HZ, PASS_SHARE, Resampler } from '../dist/streams/codecs/resampler.js';
import { amplitudeAt, sine } from '../dist/streams/codecs/testing/signals.js';

const AMPLITUDE = 30_000;
const TONES = 24;
const INPUT_SECONDS = 0.5;
/** Of the output: without its edges. */
const LOOKED_AT = [1000, 7000];

/** Samples of the middle of a tone behind the resampler. */
function through(rateHz, hz) {
  const resampler = new Resampler(rateHz);
  const input = sine(hz, rateHz, rateHz * INPUT_SECONDS, AMPLITUDE);
  const out = [];
  for (let at = 0; at < input.length; at += BLOCK_SAMPLES)
    out.push(...resampler.push(input.subarray(at, at + BLOCK_SAMPLES)));
  return out.slice(...LOOKED_AT);
}

/** dB of one frequency against the tone. */
const levelDb = (hz, samples) => 20 * Math.log10(amplitudeAt(hz, OUTPUT_RATE_HZ, samples) / AMPLITUDE);

const band = (fromHz, toHz) => Array.from({ length: TONES + 1 }, (_, i) => fromHz + ((toHz - fromHz) * i) / TONES);

/** {passHz, changeDb: the largest in the pass band, strayDb: the loudest alias of what is above 8 kHz, or image of what came in} */
export function responseOf(rateHz) {
  const passHz = PASS_SHARE * Math.min(rateHz, OUTPUT_RATE_HZ);
  const changes = band(60, passHz).map((hz) => Math.abs(levelDb(hz, through(rateHz, hz))));
  const strays =
    rateHz < OUTPUT_RATE_HZ
      ? band(60, rateHz / 2 - 1).map((hz) => levelDb(rateHz - hz, through(rateHz, hz)))
      : band(OUTPUT_RATE_HZ / 2 + 1, rateHz / 2 - 50).map((hz) =>
          levelDb(Math.abs(hz - OUTPUT_RATE_HZ * Math.round(hz / OUTPUT_RATE_HZ)), through(rateHz, hz)),
        );
  return { passHz, changeDb: Math.max(...changes), strayDb: Math.max(...strays) };
}
