import { RapportError } from '@rapport-live/protocol';
import type { InferencePool, JobInput, JobKind, JobOptions, JobResult, ServedModel } from './inference-pool';

/** One session's way to the pool, which it loses with the consent: what is in work then comes to nothing. */
export class RevocablePool implements Pick<InferencePool, 'submit' | 'models'> {
  #revoked = false;

  constructor(private readonly pool: Pick<InferencePool, 'submit' | 'models'>) {}

  get models(): readonly ServedModel[] {
    return this.pool.models;
  }

  revoke(): void {
    this.#revoked = true;
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
