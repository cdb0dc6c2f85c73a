// Bare: the recorded jobs of the service through the same encoders (log-mel, sharp, ONNX Runtime) in one process and one
// thread, nothing else, each when it came in the service or as soon after as the one before is done: a model that has waited
// for its input finds colder caches than one that is called again at once, in the service as here. Told what to do over
// IPC: {do: 'report'} runs them all once more and answers {byKind}, {do: 'stop'} ends the process. A first pass, before it
// says that it is ready, warms up.
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import { Encoders } from '../dist/models/encoders/encoders.js';
import { loadManifests } from '../dist/models/runtime/model-folder.js';
import { markHeapsSeldom } from '../dist/models/runtime/v8-heaps.js';

const [modelsDir, recording] = process.argv.slice(2);
// as the service does: else V8 marks this heap for each few megabytes of pictures, and bare would be the dearer
markHeapsSeldom();
const encoders = await Encoders.load(await loadManifests(modelsDir));
const jobs = deserialize(readFileSync(recording));

/** CPU of each kind of job, ms: of all threads while it ran. */
async function runAll() {
  const byKind = {};
  const startMs = performance.now();
  for (const { kind, input, atMs } of jobs) {
    const waitMs = startMs + atMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const mark = process.cpuUsage();
    for (const steps = encoders.steps(kind, input); !(await steps.next()).done;);
    const { user, system } = process.cpuUsage(mark);
    byKind[kind] = (byKind[kind] ?? 0) + (user + system) / 1000;
  }
  return byKind;
}

const actions = {
  async report() {
    process.send({ byKind: await runAll() });
  },
  async stop() {
    await encoders.release();
    process.disconnect();
  },
};
await runAll();
process.on('message', (message) => void actions[message.do]());
process.send({ ready: true });
