import { MODALITIES, type Modality } from '@rapport-live/protocol';
import type { JobInput, JobOutput } from '../../inference/inference-pool';
import type { ModelFolder } from '../runtime/model-folder';
import { batchOf, newestRows } from './fusion-batch';
import { Scratch } from './scratch';
import { float32, floats, type Graph, output, type Tensor } from '../runtime/onnx';

/** The fusion network over one window, one row of a batch for each subset of its modalities. */
export class FusionRunner {
  private readonly scratch = { voice: new Scratch(), face: new Scratch(), text: new Scratch() };

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

    const maxRows = {
      voice: parameters.maxVoiceTokens,
      face: parameters.maxFaceTokens,
      text: parameters.maxTextTokens,
    };
    const feeds: Record<string, Tensor> = {};
    for (const modality of MODALITIES) {
      const width = this.width(modality);
      const tokens = newestRows(input[modality] ?? new Float32Array(width), width, maxRows[modality]);
      const present = subsets.map((subset) => subset.includes(modality));
      const rows = tokens.length / width;
      const batch = batchOf(tokens, rows, present, this.scratch[modality]);
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
