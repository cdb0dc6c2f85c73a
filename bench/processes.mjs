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

/** The service on its core; `ask` sends an order and waits for the answer. */
export async function startService(core, env = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  const [command, args] = onCore(core, ['bench/service.mjs']);
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'warn', RAPPORT_DATA_DIR: dataDir, RAPPORT_WORKERS: '1', ...env },
  });
  const answer = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the service ended with ${code}`)));
    });
  const { port } = await answer();
  return {
    url: `ws://127.0.0.1:${port}/v1/stream`,
    ask(order) {
      const answered = answer();
      child.send({ do: order });
      return answered;
    },
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.send({ do: 'stop' });
      await exited;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
