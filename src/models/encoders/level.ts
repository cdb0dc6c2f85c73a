import { inBlocks } from './blocks';

/** 16-bit PCM to floats in -1..1. */
export function toFloats(pcm: Int16Array): Float32Array {
  const samples = new Float32Array(pcm.length);
  inBlocks(pcm.length, (from, to) => convert(pcm, samples, from, to));
  return samples;
}

function convert(pcm: Int16Array, samples: Float32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) samples[i] = pcm[i]! / 32768;
}

export interface LevelOptions {
  /** Target of the active frames' mean power, dB re 1. */
  readonly levelDb: number;
  /** Samples of one frame. */
  readonly frameSamples: number;
  /** Frames further below the loudest than this, dB, count as silence. */
  readonly activeRangeDb: number;
  /** Greatest absolute value allowed after the gain. */
  readonly peakLimit: number;
}

/** Added to each frame's power, so that silence has a finite gain. */
const LEAST_POWER = 1e-12;

/**
 * Brings the active frames to one level, so that loudness is not a cue: speakers and lines differ by 20 dB and more.
 * In place; the samples are returned.
 */
export function normaliseLevel(samples: Float32Array, options: LevelOptions): Float32Array {
  if (samples.length === 0) return samples;
  const frameSamples = Math.min(options.frameSamples, samples.length);
  const powers = Float64Array.from({ length: Math.floor(samples.length / frameSamples) }, (_, frame) => {
    const from = frame * frameSamples;
    return energy(samples, from, from + frameSamples) / frameSamples + LEAST_POWER;
  });
  const loudest = powers.reduce((most, power) => Math.max(most, power));
  const active = powers.filter((power) => power > loudest * 10 ** (-options.activeRangeDb / 10));
  const mean = active.reduce((sum, power) => sum + power, 0) / active.length;

  let peak = 0;
  inBlocks(samples.length, (from, to) => {
    peak = Math.max(peak, peakIn(samples, from, to));
  });
  const wanted = Math.sqrt(10 ** (options.levelDb / 10) / mean);
  const gain = peak * wanted > options.peakLimit ? options.peakLimit / peak : wanted;
  inBlocks(samples.length, (from, to) => amplify(samples, from, to, gain));
  return samples;
}

function energy(samples: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += samples[i]! * samples[i]!;
  return sum;
}

function peakIn(samples: Float32Array, from: number, to: number): number {
  let peak = 0;
  for (let i = from; i < to; i++) peak = Math.max(peak, Math.abs(samples[i]!));
  return peak;
}

function amplify(samples: Float32Array, from: number, to: number, gain: number): void {
  for (let i = from; i < to; i++) samples[i] = samples[i]! * gain;
}
