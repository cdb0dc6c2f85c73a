import { MODALITIES, type Modality } from '@rapport-live/protocol';
import type { JobInput, JobOutput } from '../inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { float32, floats, type Graph, output, type Tensor } from '../runtime/onnx';

/** The fusion network over one window, one row of a batch for each subset of its modalities. */
export class FusionRunner {
  constructor(
    private readonly graph: Graph,
    private readonly folder: ModelFolder<'fusion'>,
  ) {}

  /** Throws when there is no subset, one names a modality that is not given, or tokens are no whole rows. */
  async run(input: JobInput<'fusion'>): Promise<JobOutput<'fusion'>> {
    const { graphs, labels, parameters } = this.folder.manifest;
    const { subsets } = input;
    const maxBatch = Object.values(graphs)[0]?.maxBatch ?? 1;
    if (subsets.length === 0 || subsets.length > maxBatch) throw new RangeError(`${subsets.length} subsets`);
    const missing = subsets.flat().find((modality) => !input[modality]);
    if (missing) throw new RangeError(`a subset names ${missing}, which the window has not`);

    const maxRows = { voice: parameters.maxVoiceTokens, face: parameters.maxFaceTokens, text: parameters.maxTextTokens };
    const feeds: Record<string, Tensor> = {};
    for (const modality of MODALITIES) {
      const width = this.width(modality);
      const tokens = newestRows(input[modality] ?? new Float32Array(width), width, maxRows[modality]);
      const present = subsets.map((subset) => subset.includes(modality));
      const rows = tokens.length / width;
      const batch = batchOf(tokens, rows, present);
      feeds[modality] = float32(batch.tokens, [subsets.length, rows, width]);
      feeds[`${modality}_mask`] = float32(batch.mask, [subsets.length, rows]);
    }
    const outputs = await this.graph.run(feeds);
    return {
      logits: floats(output(outputs, 'emotion')),
      labels,
      embedding: floats(output(outputs, 'embedding')).slice(0, parameters.embeddingWidth),
    };
  }

  private width(modality: Modality): number {
    return Number(this.graph.inputs.find((input) => input.name === modality)?.shape[2]);
  }
}

/** The last `maxRows` rows: tokens come in the order of time. */
export function newestRows(tokens: Float32Array, width: number, maxRows: number): Float32Array {
  if (tokens.length === 0 || tokens.length % width !== 0) {
    throw new RangeError(`${tokens.length} numbers are no rows of ${width}`);
  }
  return tokens.length > maxRows * width ? tokens.subarray(tokens.length - maxRows * width) : tokens;
}

/** The tokens once for each row of the batch; where they are absent, zeros with mask 0. */
export function batchOf(
  tokens: Float32Array,
  rows: number,
  present: readonly boolean[],
): { tokens: Float32Array; mask: Float32Array } {
  const batch = { tokens: new Float32Array(present.length * tokens.length), mask: new Float32Array(present.length * rows) };
  present.forEach((there, i) => {
    if (!there) return;
    batch.tokens.set(tokens, i * tokens.length);
    batch.mask.fill(1, i * rows, (i + 1) * rows);
  });
  return batch;
}
