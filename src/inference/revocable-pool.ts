import { RapportError } from '@rapport-live/protocol';
import type {
  InferencePool,
  JobInput,
  JobKind,
  JobOptions,
  JobResult,
  ServedModel,
  SessionPool,
} from './inference-pool';

type SharedPool = Pick<InferencePool, 'submit' | 'models' | 'drop'>;

/**
 * One session's way to the pool, which it loses with the consent: what waits is dropped with its input, and what is in work
 * comes to nothing.
 */
export class RevocablePool implements SessionPool {
  #revoked = false;

  constructor(
    private readonly sessionId: string,
    private readonly pool: SharedPool,
  ) {}

  get models(): readonly ServedModel[] {
    return this.pool.models;
  }

  revoke(): void {
    this.#revoked = true;
    this.pool.drop?.(this.sessionId);
  }

  async submit<K extends JobKind>(kind: K, input: JobInput<K>, options: JobOptions): Promise<JobResult<K>> {
    this.#check();
    const result = await this.pool.submit(kind, input, options);
    this.#check();
    return result;
  }

  #check(): void {
    if (this.#revoked) throw new RapportError('inference_failed', 'consent was withdrawn');
  }
}
