// Starts the parts of a measurement, each on a core of its own where `taskset` is there.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const pinning = spawnSync('taskset', ['--version']).status === 0;

/** `core`: a number, or a list as taskset takes it. */
export function onCore(core, args) {
  return pinning ? ['taskset', ['-c', String(core), process.execPath, ...args]] : [process.execPath, args];
}

/** Runs to its end and gives its last line as JSON. */
export async function runJson(core, args) {
  const [command, rest] = onCore(core, args);
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  return JSON.parse(text.trim().split('\n').at(-1));
}

/** A process on its core, told over IPC what to do: `ask` sends an order and waits for the answer. */
async function startChild(core, args, env, ended = () => {}) {
  const [command, rest] = onCore(core, args);
  const child = spawn(command, rest, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  const answer = () =>
    new Promise((resolve, reject) => {
      const exited = (code) => reject(new Error(`${args[0]} ended with ${code}`));
      child.once('exit', exited);
      child.once('message', (message) => {
        child.off('exit', exited);
        resolve(message);
      });
    });
  return {
    first: await answer(),
    ask(order, about = {}) {
      const answered = answer();
      child.send({ ...about, do: order });
      return answered;
    },
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.send({ do: 'stop' });
      await exited;
      ended();
    },
  };
}

/** The service on its core. */
export const startService = (core, env = {}) => startServing('bench/service.mjs', core, env);

/** The same without models. */
export const startQuietService = (core, env = {}) => startServing('bench/quiet-service.mjs', core, env);

async function startServing(script, core, env) {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  const settings = { PORT: '0', LOG_LEVEL: 'warn', RAPPORT_DATA_DIR: dataDir, RAPPORT_WORKERS: '1', ...env };
  const service = await startChild(core, [script], settings, () => rmSync(dataDir, { recursive: true, force: true }));
  return { url: `ws://127.0.0.1:${service.first.port}/v1/stream`, ...service };
}

/** A bare `ws` server on a core, that counts. */
export async function startBareSockets(core) {
  const server = await startChild(core, ['bench/bare-ws.mjs'], {});
  return { url: `ws://127.0.0.1:${server.first.port}`, ...server };
}

/** A process that does one harm after the other to a service, when told. */
export const startFaults = (core, url) => startChild(core, ['bench/resume/faults.mjs', url], {});

/** A bare `http` server on a core, for the flood. */
export const startBareDoor = (core) => startChild(core, ['bench/bare-door.mjs'], {});

/** The bare models on the same core, with jobs recorded by the service; `ask('report')` runs them all. */
export function startBare(core, recording) {
  return startChild(core, ['bench/bare.mjs', 'models', recording], {});
}

/** One side of the bench of Kafka, `raw` or `ours`. */
export const startSender = (core, kind, brokers) =>
  startChild(core, ['bench/kafka-sender.mjs', kind, brokers.join(',')], {});
