/**
 * The worker of the pool on a machine with a scripted GPU: what is to run on cuda or webgpu runs on the CPU, until a text
 * names the device that is lost, after which every graph on it fails as ONNX Runtime does. `odd input` fails alone.
 */
const { join } = require('node:path');

const dist = join(__dirname, '..', '..', 'dist', 'models');
const { Graph, GraphFault } = require(join(dist, 'runtime', 'onnx.js'));
const { Encoders } = require(join(dist, 'encoders', 'encoders.js'));

const lost = new Set();
let isOdd = false;

const load = Graph.load;
Graph.load = async (folder, name, provider) => {
  const graph = await load.call(Graph, folder, name, 'cpu');
  if (provider === 'cpu') return graph;
  const { task } = folder.manifest;
  const run = graph.run.bind(graph);
  graph.run = async (feeds, outputs) => {
    if (lost.has(provider)) throw new GraphFault('device lost', task, provider, undefined);
    if (isOdd) {
      isOdd = false;
      throw new GraphFault('odd shape', task, provider, undefined);
    }
    return run(feeds, outputs);
  };
  return graph;
};

const steps = Encoders.prototype.steps;
Encoders.prototype.steps = function (kind, input) {
  const [, device] = /^lose (\w+)$/.exec(input.text ?? '') ?? [];
  if (device) lost.add(device);
  isOdd = input.text === 'odd input';
  return steps.call(this, kind, input);
};

require(join(dist, 'runtime', 'worker.js'));
