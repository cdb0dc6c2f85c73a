import { greatestOf, inBlocks } from './blocks';
import { Fft } from './fft';

/** Whisper's log-mel, as openai/whisper audio.py makes it; checked to 1e-3 against logmel.npz of the model folder. */

export const MEL_BANDS = 80;
export const HOP_SAMPLES = 160;
const FFT_SAMPLES = 400;
const BINS = FFT_SAMPLES / 2 + 1;
const SAMPLE_RATE_HZ = 16_000;
/** Least power before the logarithm. */
const FLOOR_POWER = 1e-10;
/** Values further below the greatest are raised to it, in powers of ten. */
const RANGE_LOG10 = 8;

/** Periodic Hann. */
const WINDOW = Float64Array.from(
  { length: FFT_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FFT_SAMPLES),
);

interface MelBand {
  readonly firstBin: number;
  readonly weights: Float64Array;
}
const BANDS = slaneyBands();

/**
 * Log-mel of 16 kHz samples in -1..1, followed by zeros up to `totalSamples`: [80, totalSamples / 160], an even number
 * of frames (the encoder halves them). Frames of 400 every 160, the signal reflected by 200 at both ends.
 * Costs about 0.4 ms a second of sound; stretches of zeros are nearly free.
 */
export function logMel(samples: Float32Array, totalSamples = samples.length): { mel: Float32Array; frames: number } {
  if (totalSamples < samples.length) throw new RangeError(`${samples.length} samples do not fit in ${totalSamples}`);
  const frames = Math.floor(totalSamples / (2 * HOP_SAMPLES)) * 2;
  if (frames === 0) throw new RangeError(`${totalSamples} samples are too few for a log-mel`);
  const padded = reflected(samples, totalSamples);
  const mel = new Float32Array(MEL_BANDS * frames);
  for (let frame = 0; frame < frames; frame += 2) {
    spectra.powers(padded, frame * HOP_SAMPLES);
    writeColumn(mel, frames, frame, spectra.first);
    writeColumn(mel, frames, frame + 1, spectra.second);
  }
  normalise(mel);
  return { mel, frames };
}

function writeColumn(mel: Float32Array, frames: number, frame: number, powers: Float64Array): void {
  for (let band = 0; band < MEL_BANDS; band++) mel[band * frames + frame] = logPower(band, powers);
}

/** Up to 3.8 MB for 30 s, used from call to call: nothing outside sees it. */
let scratch = new Float64Array(0);

function reflected(samples: Float32Array, totalSamples: number): Float64Array {
  const side = FFT_SAMPLES / 2;
  if (scratch.length < totalSamples + FFT_SAMPLES) scratch = new Float64Array(totalSamples + FFT_SAMPLES);
  const padded = scratch.subarray(0, totalSamples + FFT_SAMPLES);
  padded.set(samples, side);
  padded.fill(0, side + samples.length);
  for (let i = 1; i <= side; i++) {
    padded[side - i] = samples[i] ?? 0;
    padded[side + totalSamples - 1 + i] = samples[totalSamples - 1 - i] ?? 0;
  }
  return padded;
}

function logPower(band: number, powers: Float64Array): number {
  const { firstBin, weights } = BANDS[band] as MelBand;
  let power = 0;
  for (let i = 0; i < weights.length; i++) power += weights[i]! * powers[firstBin + i]!;
  return Math.log10(Math.max(power, FLOOR_POWER));
}

function normalise(mel: Float32Array): void {
  const floor = greatestOf(mel) - RANGE_LOG10;
  inBlocks(mel.length, (from, to) => raise(mel, from, to, floor));
}

function raise(mel: Float32Array, from: number, to: number, floor: number): void {
  for (let i = from; i < to; i++) mel[i] = (Math.max(mel[i]!, floor) + 4) / 4;
}

/** Power spectra of two real frames by one complex transform: one frame is the real part, the next the imaginary. */
class FramePair {
  readonly first = new Float64Array(BINS);
  readonly second = new Float64Array(BINS);
  private readonly fft = new Fft(FFT_SAMPLES);
  private readonly re = new Float64Array(FFT_SAMPLES);
  private readonly im = new Float64Array(FFT_SAMPLES);

  powers(padded: Float64Array, start: number): void {
    const { re, im } = this;
    let silent = true;
    for (let i = 0; i < FFT_SAMPLES; i++) {
      re[i] = padded[start + i]! * WINDOW[i]!;
      im[i] = padded[start + HOP_SAMPLES + i]! * WINDOW[i]!;
      silent &&= re[i] === 0 && im[i] === 0;
    }
    if (silent) {
      this.first.fill(0);
      this.second.fill(0);
      return;
    }
    this.fft.transform(re, im);
    for (let k = 0; k < BINS; k++) {
      const mirror = (FFT_SAMPLES - k) % FFT_SAMPLES;
      const sumRe = re[k]! + re[mirror]!;
      const sumIm = im[k]! + im[mirror]!;
      const differenceRe = re[k]! - re[mirror]!;
      const differenceIm = im[k]! - im[mirror]!;
      this.first[k] = (sumRe * sumRe + differenceIm * differenceIm) / 4;
      this.second[k] = (sumIm * sumIm + differenceRe * differenceRe) / 4;
    }
  }
}

const spectra = new FramePair();

/** Slaney's mel scale (linear to 1 kHz, then logarithmic), triangles of equal area, as librosa.filters.mel. */
function slaneyBands(): MelBand[] {
  const linearHzPerMel = 200 / 3;
  const breakMel = 15;
  const logStep = Math.log(6.4) / 27;
  const toHz = (mel: number) => (mel < breakMel ? linearHzPerMel * mel : 1000 * Math.exp((mel - breakMel) * logStep));
  const topMel = breakMel + Math.log(SAMPLE_RATE_HZ / 2 / 1000) / logStep;
  const edgesHz = Array.from({ length: MEL_BANDS + 2 }, (_, i) => toHz((topMel * i) / (MEL_BANDS + 1)));
  const binHz = SAMPLE_RATE_HZ / FFT_SAMPLES;
  return Array.from({ length: MEL_BANDS }, (_, band) => {
    const [low, middle, high] = edgesHz.slice(band, band + 3) as [number, number, number];
    const firstBin = Math.ceil(low / binHz);
    const lastBin = Math.min(BINS - 1, Math.floor(high / binHz));
    const weights = Float64Array.from({ length: lastBin - firstBin + 1 }, (_, i) => {
      const hz = (firstBin + i) * binHz;
      const triangle = Math.min((hz - low) / (middle - low), (high - hz) / (high - middle));
      return (Math.max(0, triangle) * 2) / (high - low);
    });
    return { firstBin, weights };
  });
}
