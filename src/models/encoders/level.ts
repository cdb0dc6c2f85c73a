/** 16-bit PCM to floats in -1..1. */
export function toFloats(pcm: Int16Array): Float32Array {
  const samples = new Float32Array(pcm.length);
  for (let i = 0; i < pcm.length; i++) samples[i] = (pcm[i] as number) / 32768;
  return samples;
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
    let sum = 0;
    for (let i = frame * frameSamples; i < (frame + 1) * frameSamples; i++) sum += samples[i]! ** 2;
    return sum / frameSamples + LEAST_POWER;
  });
  const loudest = powers.reduce((most, power) => Math.max(most, power));
  const active = powers.filter((power) => power > loudest * 10 ** (-options.activeRangeDb / 10));
  const mean = active.reduce((sum, power) => sum + power, 0) / active.length;

  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const wanted = Math.sqrt(10 ** (options.levelDb / 10) / mean);
  const gain = peak * wanted > options.peakLimit ? options.peakLimit / peak : wanted;
  for (let i = 0; i < samples.length; i++) samples[i] = samples[i]! * gain;
  return samples;
}
