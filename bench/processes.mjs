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
    ask(order) {
      const answered = answer();
      child.send({ do: order });
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
export async function startService(core, env = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  const settings = { PORT: '0', LOG_LEVEL: 'warn', RAPPORT_DATA_DIR: dataDir, RAPPORT_WORKERS: '1', ...env };
  const service = await startChild(core, ['bench/service.mjs'], settings, () =>
    rmSync(dataDir, { recursive: true, force: true }),
  );
  return { url: `ws://127.0.0.1:${service.first.port}/v1/stream`, ...service };
}

/** A bare `http` server on a core, for the flood. */
export const startBareDoor = (core) => startChild(core, ['bench/bare-door.mjs'], {});

/** The bare models on the same core, with jobs recorded by the service; `ask('report')` runs them all. */
export function startBare(core, recording) {
  return startChild(core, ['bench/bare.mjs', 'models', recording], {});
}

/** One side of the bench of Kafka, `raw` or `ours`. */
export const startSender = (core, kind, brokers) =>
  startChild(core, ['bench/kafka-sender.mjs', kind, brokers.join(',')], {});
