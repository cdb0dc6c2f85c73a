import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { float32, floats, type Graph, int64, output, type Tensors } from './onnx';
import type { ModelFolder } from './model-folder';
import { cosine, sameGreatest } from './parity-measures';
import { type NpzArray, readNpz } from './npz';

/** The outputs of one golden case, expected and as this machine computes them. */
export interface GoldenOutcome {
  readonly graph: string;
  readonly name: string;
  readonly expected: ReadonlyMap<string, NpzArray>;
  readonly outputs: Tensors;
}

/** Runs every golden case of a model: GRAPH/CASE/in/TENSOR.npy to GRAPH/CASE/out/TENSOR.npy. */
export async function runGolden(
  { path, manifest }: ModelFolder,
  graphs: ReadonlyMap<string, Graph>,
): Promise<GoldenOutcome[]> {
  const file = join(path, manifest.golden.file);
  const arrays = readNpz(await readFile(file));
  const outcomes: GoldenOutcome[] = [];
  for (const { name, graph: graphName } of manifest.golden.cases) {
    const graph = graphs.get(graphName);
    const expected = tensorsUnder(arrays, `${graphName}/${name}/out/`);
    if (!graph || expected.size === 0) {
      throw new RapportError('model_corrupt', `${file} has no case ${name} of a graph ${graphName}`);
    }
    const feeds = goldenFeeds(tensorsUnder(arrays, `${graphName}/${name}/in/`), graph);
    outcomes.push({ graph: graphName, name, expected, outputs: await graph.run(feeds, [...expected.keys()]) });
  }
  return outcomes;
}

function tensorsUnder(arrays: ReadonlyMap<string, NpzArray>, prefix: string): Map<string, NpzArray> {
  const found = [...arrays].filter(([name]) => name.startsWith(prefix));
  return new Map(found.map(([name, array]) => [name.slice(prefix.length), array]));
}

/** Everything is stored as float32; ids are exact up to 2 ** 24. */
function goldenFeeds(arrays: ReadonlyMap<string, NpzArray>, graph: Graph): Tensors {
  return Object.fromEntries(
    graph.inputs.flatMap(({ name, type }) => {
      const array = arrays.get(name);
      if (!array) return [];
      return [[name, type === 'int64' ? int64(array.data, array.shape) : float32(array.data, array.shape)]];
    }),
  );
}

/** The least cosine over all cases; throws `model_parity` when it is too low or a label changed. */
export async function checkParity(folder: ModelFolder, graphs: ReadonlyMap<string, Graph>): Promise<number> {
  const { name: model, golden } = folder.manifest;
  let worst = 1;
  for (const { graph, name, expected, outputs } of await runGolden(folder, graphs)) {
    for (const [tensor, { data, shape }] of expected) {
      const actual = floats(output(outputs, tensor));
      const similarity = cosine(actual, data);
      const what = `${model}: ${graph}, case ${name}, output ${tensor}`;
      if (!(similarity >= golden.minCosine)) {
        throw new RapportError('model_parity', `${what}: cosine ${similarity.toFixed(5)} < ${golden.minCosine}`);
      }
      if (golden.labelOutputs.includes(tensor) && !sameGreatest(actual, data, shape.at(-1) ?? 1)) {
        throw new RapportError('model_parity', `${what}: another label is the greatest`);
      }
      worst = Math.min(worst, similarity);
    }
  }
  return worst;
}
