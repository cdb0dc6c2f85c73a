import { parentPort, workerData } from 'node:worker_threads';
import { RapportError } from '@rapport-live/protocol';
import { Encoders, type Steps } from '../encoders/encoders';
import type { JobInput, JobKind } from '../../inference/inference-pool';
import { fingerprintOf } from './fingerprint';
import { JobSlot } from './job-slot';
import type { WorkerProviders } from './providers';
import { nameOf } from './quarantine';
import { MIN_TURN_MS } from './scheduling';
import { giveWay } from './thread-priority';
import { WaitingClass } from './waiting-class';
import {
  type FromWorker,
  type NewJob,
  type Outcome,
  threadClockMs,
  type ToWorker,
  type WorkerFault,
  type WorkerReady,
  type WorkerSettings,
} from './worker-messages';

/** The entry of a worker thread: loads every model, then runs jobs in steps as the pool tells it. */

const port = parentPort;
if (!port) throw new Error('worker.js runs in a worker thread only');
const settings = workerData as WorkerSettings;
const waiting = new WaitingClass(settings.waiting);
const say = (message: FromWorker) => port.postMessage(message);
/** Jobs that the pool gave and that are not done; `steps` once they were begun. */
const held = new Map<number, { readonly job: NewJob; steps?: Steps<unknown>; fingerprint?: Buffer }>();
const slot = settings.slot && JobSlot.open(settings.slot);
let refused: ReadonlySet<string> = new Set(settings.refused);

async function start(): Promise<void> {
  giveWay();
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
    slot?.close();
    await encoders.release();
    port?.close();
    return;
  }
  if (message.type === 'forget') {
    for (const jobId of message.jobIds) held.delete(jobId);
    return;
  }
  if (message.type === 'refuse') {
    refused = new Set(message.fingerprints);
    return;
  }
  const jobs = message.type === 'start' ? message.jobs : message.jobIds.map((jobId) => held.get(jobId)!.job);
  if (message.type === 'start') for (const job of jobs) held.set(job.jobId, { job });
  const outcomes: Outcome[] = [];
  const makesRoomAtMs = threadClockMs() + MIN_TURN_MS;
  for (const job of jobs) {
    const makesRoom = () => waiting.isBefore(job.jobClass) && threadClockMs() >= makesRoomAtMs;
    outcomes.push(await run(job, encoders, makesRoom));
    if (makesRoom()) break;
  }
  slot?.clear();
  say({ type: 'worked', outcomes });
}

/** To its end, or until something more urgent waits. */
async function run({ jobId, kind, input }: NewJob, encoders: Encoders, makesRoom: () => boolean): Promise<Outcome> {
  const beganAtMs = threadClockMs();
  const about = () => ({ jobId, beganAtMs, ms: threadClockMs() - beganAtMs });
  try {
    const one = held.get(jobId)!;
    note(one);
    crashIfAsked(input);
    one.steps ??= encoders.steps(kind, input as JobInput<JobKind>);
    for (;;) {
      const result = await one.steps.next();
      if (result.done) {
        held.delete(jobId);
        return { type: 'done', ...about(), output: result.value };
      }
      if (makesRoom()) return { type: 'step', ...about() };
    }
  } catch (error) {
    held.delete(jobId);
    const rung = await encoders.lostRung(error);
    if (rung) {
      say({ type: 'rung-lost', rung });
      // Not by the pool: ending a thread from outside while a graph runs in it ends the process.
      process.exit(1);
    }
    return { type: 'failed', ...about(), error: fault(error) };
  }
}

/** Before it runs: a fault in native code leaves no time for it. Throws RapportError `job_quarantined`. */
function note(one: { readonly job: NewJob; fingerprint?: Buffer }): void {
  if (slot === undefined) return;
  const { kind, input } = one.job;
  one.fingerprint ??= fingerprintOf(kind, input as JobInput<JobKind>);
  const fingerprint = refused.size > 0 ? one.fingerprint.toString('hex') : '';
  if (refused.has(fingerprint)) {
    throw new RapportError('job_quarantined', `${nameOf({ kind, fingerprint })} ended the service twice`);
  }
  slot.begin(kind, one.fingerprint);
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
