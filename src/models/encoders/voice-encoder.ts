import type { JobInput, JobOutput } from '../../inference/inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { normaliseLevel, toFloats } from './level';
import { logMel } from './log-mel';
import { emotionWidthOf, type WhisperGraphs } from './whisper-graphs';

/** Speech to emotion tokens: Whisper's lower layers side by side, one mean for each 200 ms. Fusion was trained on this. */
export class VoiceEncoder {
  constructor(
    private readonly graphs: WhisperGraphs,
    private readonly folder: ModelFolder<'speech'>,
  ) {}

  /** Throws when the PCM is empty, longer than the trained window, or no multiple of 320 samples. */
  async run({ pcm }: JobInput<'voice-tokens'>): Promise<JobOutput<'voice-tokens'>> {
    const parameters = this.folder.manifest.parameters;
    const { emotionFrameSamples, emotionMaxSamples, emotionTailSamples } = parameters;
    const width = emotionWidthOf(parameters);
    if (pcm.length === 0 || pcm.length > emotionMaxSamples || pcm.length % emotionFrameSamples !== 0) {
      throw new RangeError(`${pcm.length} samples: a multiple of ${emotionFrameSamples} up to ${emotionMaxSamples}`);
    }
    const samples = normaliseLevel(toFloats(pcm), {
      levelDb: parameters.emotionLevelDb,
      frameSamples: parameters.emotionLevelFrameSamples,
      activeRangeDb: parameters.emotionActiveRangeDb,
      peakLimit: parameters.emotionPeakLimit,
    });
    const { mel, frames } = logMel(samples, samples.length + emotionTailSamples);
    const states = await this.graphs.emotionStates(mel, frames);
    // The states of the zeros behind the speech are left out.
    const speech = states.subarray(0, (pcm.length / emotionFrameSamples) * width);
    return {
      tokens: meansOfRows(speech, width, parameters.emotionFramesPerToken),
      width,
      tokenMs: parameters.emotionTokenMs,
    };
  }
}

/** [n, width] to [n / rows, width]: the mean of each `rows` rows, a remainder left out. */
export function meansOfRows(states: Float32Array, width: number, rows: number): Float32Array {
  const count = Math.floor(states.length / (width * rows));
  const means = new Float32Array(count * width);
  for (let token = 0; token < count; token++) {
    for (let row = 0; row < rows; row++) {
      const from = (token * rows + row) * width;
      for (let i = 0; i < width; i++) means[token * width + i]! += states[from + i]! / rows;
    }
  }
  return means;
}
