import { RapportError } from '@rapport-live/protocol';
import type { JobOutcome, Meter } from '../facts/meter';
import type { InferencePool, JobInput, JobKind, JobOptions, JobResult, ServedModel } from './inference-pool';

/** A pool that tells a meter of every job: how long it waited and ran, and what became of it. */
export class MeteredPool implements InferencePool {
  constructor(
    private readonly pool: InferencePool,
    private readonly meter: Meter,
  ) {}

  get models(): readonly ServedModel[] {
    return this.pool.models;
  }

  get liveWorkers(): number {
    return this.pool.liveWorkers;
  }

  get queuedJobs(): number | undefined {
    return this.pool.queuedJobs;
  }

  get queuedBytes(): number | undefined {
    return this.pool.queuedBytes;
  }

  get queueShare(): number | undefined {
    return this.pool.queueShare;
  }

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    try {
      const result = await this.pool.submit(kind, input, options);
      this.meter.job(kind, 'done');
      if (kind !== 'voice-activity') {
        this.meter.record('queue', result.waitMs);
        this.meter.record(kind === 'fusion' ? 'fuse' : 'encode', result.modelMs);
      }
      return result;
    } catch (error) {
      this.meter.job(kind, outcomeOf(error));
      throw error;
    }
  }

  drop(sessionId: string): void {
    this.pool.drop?.(sessionId);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

function outcomeOf(error: unknown): JobOutcome {
  if (!(error instanceof RapportError)) return 'failed';
  if (error.code === 'overloaded') return 'refused';
  return error.code === 'deadline_passed' ? 'expired' : 'failed';
}
