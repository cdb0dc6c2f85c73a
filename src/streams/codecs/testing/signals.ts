import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PcmSink } from '../voice-decoder';
import { PcmDecoder } from '../pcm-decoder';

// Jest looks globals up slowly: these are called millions of times.
const { sin, cos, PI, round, min, max, hypot } = Math;

export function sine(hz: number, rateHz: number, samples: number, amplitude = 16_000): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => round(amplitude * sin((2 * PI * hz * i) / rateHz)));
}

/** Amplitude of one frequency, by correlation under a Blackman-Harris window (side lobes below -92 dB). */
export function amplitudeAt(hz: number, rateHz: number, pcm: ArrayLike<number>): number {
  let [re, im, weights] = [0, 0, 0];
  for (let i = 0; i < pcm.length; i += 1) {
    const x = (2 * PI * i) / pcm.length;
    const window = 0.35875 - 0.48829 * cos(x) + 0.14128 * cos(2 * x) - 0.01168 * cos(3 * x);
    re += pcm[i]! * window * cos((2 * PI * hz * i) / rateHz);
    im += pcm[i]! * window * sin((2 * PI * hz * i) / rateHz);
    weights += window;
  }
  return (2 * hypot(re, im)) / weights;
}

/** 16 kHz mono; [fromMs, toMs). */
export function sampleVoice(fromMs: number, toMs: number, file = 'customer.wav'): Int16Array {
  const wav = readFileSync(join(__dirname, '../../../../sample', file));
  return new Int16Array(wav.buffer.slice(wav.byteOffset + 44 + fromMs * 32, wav.byteOffset + 44 + toMs * 32));
}

/** Band-limited interpolation, independent of the code under test: a Hann-windowed sinc of 64 zero crossings. */
export function atRate(pcm: Int16Array, rateHz: number): Int16Array {
  const share = Math.min(1, rateHz / 16_000);
  const reach = Math.ceil(64 / share);
  const weights = [0, 1, 2].map((third) =>
    Float64Array.from({ length: 2 * reach + 1 }, (_, k) => {
      const t = third / 3 - (k - reach);
      const sinc = t === 0 ? 1 : sin(PI * t * share) / (PI * t * share);
      return share * sinc * (0.5 + 0.5 * cos((PI * t) / (reach + 1)));
    }),
  );
  const out = new Int16Array((pcm.length * rateHz) / 16_000);
  for (let n = 0; n < out.length; n += 1) {
    const thirds = round((n * 48_000) / rateHz);
    const centre = (thirds - (thirds % 3)) / 3;
    const taps = weights[thirds % 3]!;
    let sum = 0;
    for (let i = max(0, centre - reach); i <= min(pcm.length - 1, centre + reach); i += 1) {
      sum += pcm[i]! * taps[i - centre + reach]!;
    }
    out[n] = max(-32768, min(32767, round(sum)));
  }
  return out;
}

export function bytesOf(pcm: Int16Array): Uint8Array {
  return new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}

/** Normalised correlation of all samples at the shift of up to `maxShift` at which one second fits best. */
export function bestCorrelation(a: Int16Array, b: Int16Array, maxShift = 200): { value: number; shift: number } {
  const from = max(maxShift, (a.length >> 1) - 8000);
  let best = { value: -1, shift: 0 };
  for (let shift = -maxShift; shift <= maxShift; shift += 1) {
    const value = correlation(a, b, shift, from, from + 16_000);
    if (value > best.value) best = { value, shift };
  }
  return { ...best, value: correlation(a, b, best.shift, maxShift, min(a.length, b.length) - maxShift) };
}

function correlation(a: Int16Array, b: Int16Array, shift: number, from: number, to: number): number {
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = from; i < to; i += 1) {
    const x = a[i]!;
    const y = b[i + shift]!;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / (Math.sqrt(aa * bb) || 1);
}

/** Takes everything and writes it down. */
export class NotingSink implements PcmSink {
  roomSamples = Infinity;
  readonly pieces: { ptsMs: number; channels: Int16Array[]; discontinuity: boolean }[] = [];
  readonly gaps: { reason: string; fromMs: number; toMs: number }[] = [];
  readonly notices: object[] = [];

  pcm(ptsMs: number, channels: readonly Int16Array[], discontinuity: boolean): void {
    this.pieces.push({ ptsMs, channels: channels.map((samples) => samples.slice()), discontinuity });
    this.roomSamples -= channels[0]!.length;
  }

  gap(reason: string, fromMs: number, toMs: number): void {
    this.gaps.push({ reason, fromMs, toMs });
  }

  notice(atMs: number, detail: object): void {
    this.notices.push({ atMs, ...detail });
  }

  all(channel = 0): Int16Array {
    return Int16Array.from(this.pieces.flatMap(({ channels }) => [...channels[channel]!]));
  }
}

/** As a telephone line gives it: sampled at 8 kHz and decoded, 16 kHz again. */
export function overTelephone(pcm: Int16Array): Int16Array {
  const sink = new NotingSink();
  const decoder = new PcmDecoder({ rateHz: 8000, channels: 1 }, { anchorToleranceMs: 60 });
  decoder.take({ ptsMs: 0, bytes: bytesOf(atRate(pcm, 8000)), discontinuity: false }, sink);
  return sink.all();
}
