/** The worker of the pool, whose native code fails on one text: the whole process ends, with nothing said. */
const { join } = require('node:path');

const dist = join(__dirname, '..', '..', 'dist', 'models');
const { Encoders } = require(join(dist, 'encoders', 'encoders.js'));

const steps = Encoders.prototype.steps;
Encoders.prototype.steps = function (kind, input) {
  // abort() is not to be had in a worker: its signal is
  if (input.text === 'end this process') {
    process.kill(process.pid, 'SIGABRT');
    // The signal ends the process a moment later, on another thread: nothing more may happen on this one, as with abort().
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  return steps.call(this, kind, input);
};

require(join(dist, 'runtime', 'worker.js'));
