// Bare: the recorded jobs of the service through the same encoders (log-mel, sharp, ONNX Runtime) in one process and one
// thread, nothing else. Prints {cpuMs, counts} of the measured pass; a first pass warms up.
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

async function runAll(list) {
  for (const { kind, input } of list) {
    for (const steps = encoders.steps(kind, input); !(await steps.next()).done;);
  }
}

await runAll(jobs);
const mark = process.cpuUsage();
await runAll(jobs);
const { user, system } = process.cpuUsage(mark);
const counts = {};
for (const { kind } of jobs) counts[kind] = (counts[kind] ?? 0) + 1;
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, counts }));
await encoders.release();
