import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SnapshotBatch, SnapshotOutcome } from './snapshot-messages';

/** What it is given lives for one batch: V8's own bounds would let the process grow by tens of MB. */
const LIMITS = { maxYoungGenerationSizeMb: 2 };

/**
 * A thread that writes files, since its calls block: four trips a file through Node's own pool cost the main thread more than all
 * else of a snapshot. Made with the first batch. One batch at a time.
 */
export class SnapshotThread {
  private worker: Worker | undefined;
  private answer: { resolve: (outcome: SnapshotOutcome) => void; reject: (error: Error) => void } | undefined;

  constructor(private readonly folder: string) {}

  apply(batch: SnapshotBatch): Promise<SnapshotOutcome> {
    return new Promise((resolve, reject) => {
      this.answer = { resolve, reject };
      this.worker ??= this.start();
      // only what is under way keeps a process
      this.worker.ref();
      this.worker.postMessage(batch);
    });
  }

  /** Nothing is under way. A batch after this makes another thread. */
  async close(): Promise<void> {
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(workerPath(), { workerData: this.folder, name: 'snapshots', resourceLimits: LIMITS });
    worker.on('message', (outcome: SnapshotOutcome) => {
      worker.unref();
      this.settle()?.resolve(outcome);
    });
    const over = (error: Error): void => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.settle()?.reject(error);
    };
    worker.on('error', over);
    worker.on('exit', () => over(new Error('the thread of the snapshots has ended')));
    return worker;
  }

  private settle(): typeof this.answer {
    const { answer } = this;
    this.answer = undefined;
    return answer;
  }
}

/** Threads run compiled files, also for tests, which run the sources. */
function workerPath(): string {
  const beside = join(__dirname, 'snapshot-worker.js');
  if (existsSync(beside)) return beside;
  return join(__dirname, '..', '..', '..', 'dist', 'pipeline', 'resume', 'snapshot-worker.js');
}
