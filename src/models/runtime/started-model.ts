import type { Provider, RungNotTaken } from '../../inference/provider';
import type { ModelFolder } from './model-folder';
import { Graph } from './onnx';
import { checkParity } from './parity';
import { reasonOf } from './rung-reason';
import type { SelfTest } from './worker-messages';

export type Graphs = ReadonlyMap<string, Graph>;

/** A model on the rung it stands on. */
export interface StartedModel {
  readonly folder: ModelFolder;
  readonly graphs: Graphs;
  readonly provider: Provider;
  readonly selfTest?: SelfTest;
  /** The rung it was to stand on, when that failed here. */
  readonly fallen?: RungNotTaken;
}

/** Every graph of a model on one provider. */
export async function loadGraphs(folder: ModelFolder, provider: Provider): Promise<Graphs> {
  const names = Object.keys(folder.manifest.graphs);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await Graph.load(folder, name, provider)] as const)),
  );
}

/**
 * Loads a model. On a GPU rung it is always tested, which also compiles its kernels before the first job, and when that
 * fails (memory of the device, say) it runs on the CPU. There a failure throws: `model_corrupt`, `model_parity`.
 */
export async function startModel(folder: ModelFolder, provider: Provider, selfTest: boolean): Promise<StartedModel> {
  if (provider === 'cpu') return onProvider(folder, 'cpu', selfTest);
  try {
    return await onProvider(folder, provider, true);
  } catch (error) {
    const fallen = { provider, reason: reasonOf(error) };
    return { ...(await onProvider(folder, 'cpu', selfTest)), fallen };
  }
}

async function onProvider(folder: ModelFolder, provider: Provider, selfTest: boolean): Promise<StartedModel> {
  const graphs = await loadGraphs(folder, provider);
  if (!selfTest) return { folder, graphs, provider };
  const startedMs = performance.now();
  const worstCosine = await checkParity(folder, graphs);
  const test = { model: folder.manifest.name, ms: performance.now() - startedMs, worstCosine };
  return { folder, graphs, provider, selfTest: test };
}
