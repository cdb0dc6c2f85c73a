/** The worker of the pool on a machine so busy that every run of a graph takes seconds, once the models are loaded. */
const { join } = require('node:path');

const dist = join(__dirname, '..', '..', 'dist', 'models');
const { Graph } = require(join(dist, 'runtime', 'onnx.js'));
const { Encoders } = require(join(dist, 'encoders', 'encoders.js'));

const RUN_MS = 6000;
const { run } = Graph.prototype;
const { load } = Encoders;
Encoders.load = async (...models) => {
  const encoders = await load.apply(Encoders, models);
  Graph.prototype.run = async function (feeds, outputs) {
    const untilMs = performance.now() + RUN_MS;
    let last;
    do last = await run.call(this, feeds, outputs);
    while (performance.now() < untilMs);
    return last;
  };
  return encoders;
};

require(join(dist, 'runtime', 'worker.js'));
