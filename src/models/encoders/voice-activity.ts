import type { JobInput, JobOutput } from '../../inference/inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { float32, floats, type Graph, int64, output, type Tensor } from '../runtime/onnx';

/**
 * Silero: speech probability of each chunk of a stream, whose state comes with the job and goes back with it. In a long
 * stretch without speech it begins anew: what it remembers of minutes of noise makes it deaf (measured: "no" of two
 * voices at 10 dB, after 7 minutes of noise with a word every 2.4 s: 14 of 68 heard, anew after 2 s without speech: 68).
 */
export class VoiceActivity {
  private readonly sampleRate: Tensor;

  constructor(
    private readonly graph: Graph,
    private readonly folder: ModelFolder<'voice-activity'>,
  ) {
    this.sampleRate = int64([folder.manifest.parameters.sampleRateHz], []);
  }

  /** Throws when the samples are no whole number of chunks, or the state has another size. */
  async run({ samples, state }: JobInput<'voice-activity'>): Promise<JobOutput<'voice-activity'>> {
    const { chunkSamples, contextSamples, stateLayers, stateWidth, ...memory } = this.folder.manifest.parameters;
    if (samples.length % chunkSamples !== 0) {
      throw new RangeError(`${samples.length} samples are no multiple of ${chunkSamples}`);
    }
    if (state.context.length !== contextSamples || state.recurrent.length !== stateLayers * stateWidth) {
      throw new RangeError(`state of ${state.recurrent.length} and ${state.context.length} numbers`);
    }
    const withContext = new Float32Array(contextSamples + samples.length);
    withContext.set(state.context);
    withContext.set(samples, contextSamples);

    const probabilities = new Float32Array(samples.length / chunkSamples);
    const stateShape = [stateLayers, 1, stateWidth];
    let recurrent = float32(state.recurrent, stateShape);
    let silentChunks = state.silentChunks ?? 0;
    for (let chunk = 0; chunk < probabilities.length; chunk++) {
      const start = chunk * chunkSamples;
      const input = float32(withContext.slice(start, start + contextSamples + chunkSamples), [
        1,
        contextSamples + chunkSamples,
      ]);
      const outputs = await this.graph.run({ input, state: recurrent, sr: this.sampleRate });
      const probability = floats(output(outputs, 'output'))[0] ?? NaN;
      probabilities[chunk] = probability;
      recurrent = output(outputs, 'stateN');
      silentChunks = probability < memory.silentBelow ? silentChunks + 1 : 0;
      if (silentChunks < memory.forgetAfterChunks) continue;
      silentChunks = 0;
      recurrent = float32(new Float32Array(stateLayers * stateWidth), stateShape);
    }
    const context = withContext.slice(withContext.length - contextSamples);
    return { probabilities, state: { recurrent: floats(recurrent), context, silentChunks } };
  }
}
