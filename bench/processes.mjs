// Starts the parts of a measurement, each on a core of its own where `taskset` is there.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

export const pinning = spawnSync('taskset', ['--version']).status === 0;

/** This process and what it does itself, a client that measures, say. Those that it starts have their own. */
export function stayOnCore(core) {
  if (pinning) spawnSync('taskset', ['-a', '-c', '-p', String(core), String(process.pid)]);
}

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

/** An order of a bench takes seconds; above this its process hangs, and the bench ends with an error, ms. */
const ANSWER_WITHIN_MS = 120_000;

/** Those that run: none of them outlives a bench that fails. */
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** A process on its core, told over IPC what to do: `ask` sends an order and waits for the answer. */
async function startChild(core, args, env, ended = () => {}) {
  const [command, rest] = onCore(core, args);
  const child = spawn(command, rest, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  const answer = (what) =>
    new Promise((resolve, reject) => {
      const settle = (end, value) => {
        clearTimeout(timer);
        child.off('exit', exited).off('message', told);
        end(value);
      };
      const exited = (code) => settle(reject, new Error(`${args[0]} ended with ${code}`));
      const told = (message) => settle(resolve, message);
      const late = () => settle(reject, new Error(`${args[0]}: no answer to ${what} in ${ANSWER_WITHIN_MS} ms`));
      const timer = setTimeout(late, ANSWER_WITHIN_MS);
      child.once('exit', exited).once('message', told);
    });
  return {
    first: await answer('its start'),
    ask(order, about = {}) {
      const answered = answer(order);
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

/** For what has no core of its own. */
export const everyCore = `0-${cpus().length - 1}`;

/** The service on its core. */
export const startService = (core, env = {}) => startServing('bench/service.mjs', core, env);

/** The same without models. */
export const startQuietService = (core, env = {}) => startServing('bench/quiet-service.mjs', core, env);

/** The service without models, fed with recorded results (bench/wall); it may run where it likes, as the browser does. */
export const startFedService = () => startServing('bench/wall/fed-service.mjs', everyCore);

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
