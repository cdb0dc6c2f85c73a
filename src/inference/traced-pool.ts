import { RapportError } from '@rapport-live/protocol';
import type { ResultKey, SessionSpans } from '../facts/session-trace';
import type { JobInput, JobKind, JobOptions, JobResult, ServedModel, SessionPool } from './inference-pool';

/** The pool of one session that is recorded: tells of every job that works for a result. */
export class TracedPool implements SessionPool {
  constructor(
    private readonly pool: SessionPool,
    private readonly spans: Pick<SessionSpans, 'job'>,
    private readonly nowMs: () => number,
  ) {}

  get models(): readonly ServedModel[] {
    return this.pool.models;
  }

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    const { resultKey } = options;
    if (resultKey === undefined) return this.pool.submit(kind, input, options);
    const beganMs = this.nowMs();
    try {
      const result = await this.pool.submit(kind, input, options);
      this.tell(resultKey, kind, beganMs, result);
      return result;
    } catch (error) {
      // How long it waited is not known: all of it is told as work.
      const cost = { waitMs: 0, modelMs: this.nowMs() - beganMs };
      this.tell(resultKey, kind, beganMs, cost, error instanceof RapportError ? error.code : 'internal');
      throw error;
    }
  }

  private tell(
    key: ResultKey,
    kind: JobKind,
    beganMs: number,
    { waitMs, modelMs }: Pick<JobResult<JobKind>, 'waitMs' | 'modelMs'>,
    errorCode?: string,
  ): void {
    this.spans.job(key, { kind, stage: kind === 'fusion' ? 'fuse' : 'encode', beganMs, waitMs, modelMs, errorCode });
  }
}
