/**
 * A worker thread that runs every golden case by the compiled runtime and posts what comes out, by
 * MODEL/GRAPH/CASE/out/TENSOR. A thread of its own because ONNX Runtime knows only the arrays of Node's own realm,
 * and jest gives its tests another.
 */
const { join } = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');

const runtime = join(__dirname, '..', '..', 'dist', 'models', 'runtime');
const { loadManifests } = require(join(runtime, 'model-folder.js'));
const { Graph } = require(join(runtime, 'onnx.js'));
const { runGolden } = require(join(runtime, 'parity.js'));

async function main() {
  const outputs = new Map();
  for (const folder of Object.values(await loadManifests(workerData.modelsDir))) {
    const graphs = new Map();
    for (const name of Object.keys(folder.manifest.graphs)) graphs.set(name, await Graph.load(folder, name, 'cpu'));
    for (const { graph, name, outputs: tensors } of await runGolden(folder, graphs)) {
      for (const [tensor, { data }] of Object.entries(tensors)) {
        outputs.set(`${folder.manifest.name}/${graph}/${name}/out/${tensor}`, data);
      }
    }
  }
  parentPort.postMessage(outputs);
}

void main();
