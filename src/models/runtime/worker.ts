import { parentPort, workerData } from 'node:worker_threads';
import { RapportError } from '@rapport-live/protocol';
import { Encoders, type Steps } from '../encoders/encoders';
import type { JobInput, JobKind } from '../../inference/inference-pool';
import type { WorkerProviders } from './providers';
import {
  type FromWorker,
  threadClockMs,
  type ToWorker,
  type WorkerFault,
  type WorkerReady,
  type WorkerSettings,
} from './worker-messages';

/** The entry of a worker thread: loads every model, then runs steps of jobs as the pool tells it. */

const port = parentPort;
if (!port) throw new Error('worker.js runs in a worker thread only');
const settings = workerData as WorkerSettings;
const say = (message: FromWorker) => port.postMessage(message);
const begun = new Map<number, Steps<unknown>>();

async function start(): Promise<void> {
  try {
    const encoders = await Encoders.load(settings.models, settings.providers, settings.selfTest);
    // One after the other: a close waits for the step before it.
    let last: Promise<void> = Promise.resolve();
    port?.on('message', (message: ToWorker) => (last = last.then(() => obey(message, encoders))));
    say({ type: 'ready', ...readiness(encoders) });
  } catch (error) {
    say({ type: 'not-ready', error: fault(error) });
  }
}

async function obey(message: ToWorker, encoders: Encoders): Promise<void> {
  if (message.type === 'close') {
    await encoders.release();
    port?.close();
    return;
  }
  if (message.type === 'start') {
    crashIfAsked(message.input);
    begun.set(message.jobId, encoders.steps(message.kind, message.input as JobInput<JobKind>));
  }
  await step(message.jobId, encoders);
}

async function step(jobId: number, encoders: Encoders): Promise<void> {
  const beganAtMs = threadClockMs();
  const time = () => ({ beganAtMs, ms: threadClockMs() - beganAtMs });
  try {
    const result = await begun.get(jobId)?.next();
    if (!result) throw new Error(`no job ${jobId} was begun here`);
    if (!result.done) return say({ type: 'step', jobId, ...time() });
    begun.delete(jobId);
    say({ type: 'done', jobId, ...time(), output: result.value });
  } catch (error) {
    begun.delete(jobId);
    const rung = await encoders.lostRung(error);
    if (rung) {
      say({ type: 'rung-lost', rung });
      // Not by the pool: ending a thread from outside while a graph runs in it ends the process.
      process.exit(1);
    }
    say({ type: 'failed', jobId, ...time(), error: fault(error) });
  }
}

function readiness({ started }: Encoders): WorkerReady {
  const models = Object.values(started);
  return {
    selfTest: models.flatMap(({ selfTest }) => selfTest ?? []),
    providers: Object.fromEntries(models.map((m) => [m.folder.manifest.task, m.provider])) as WorkerProviders,
    fallen: models.flatMap(({ folder, fallen }) => (fallen ? { task: folder.manifest.task, ...fallen } : [])),
  };
}

function crashIfAsked(input: unknown): void {
  const text = (input as { text?: unknown }).text;
  if (settings.crashOnText !== undefined && text === settings.crashOnText) process.exit(1);
}

function fault(error: unknown): WorkerFault {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = error instanceof RapportError ? error.code : undefined;
  return { message: error.message, stack: error.stack, code };
}

void start();
