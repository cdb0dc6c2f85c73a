import { RapportError } from '@rapport-live/protocol';
import type { InferencePool } from '../../../inference/inference-pool';
import type { BareUtterance, HistoryStore } from '../history-store';

export interface EmbedderDeps {
  readonly store: Pick<HistoryStore, 'bareUtterances' | 'embed'>;
  readonly pool: Pick<InferencePool, 'submit'>;
  /** It is tried again; undefined: it works again. */
  readonly onTrouble: (error: unknown) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Texts of one turn: few, so that history never fills the queue that sessions share. */
const MAX_CONCURRENT = 4;
const BATCH = 32;
/** After a pass with a fault, ms; doubles up to 64 times as much. */
const RETRY_MS = 1000;
const MAX_DOUBLINGS = 6;

/**
 * Gives every utterance that has none its embedding, behind everything that sessions want of the encoder (the last job class). What is
 * to be done stands in the store, so a process after this one goes on with it; a text that the encoder refuses holds up no other, and
 * is tried again in the next pass.
 */
export class UtteranceEmbedder {
  private readonly stop = new AbortController();
  private running: Promise<void> | undefined;
  private isAsked = false;
  /** Passes that had a fault, one after the other. */
  private faults = 0;

  constructor(private readonly deps: EmbedderDeps) {}

  /** There may be some. */
  wake(): void {
    this.isAsked = true;
    if (this.stop.signal.aborted) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
      if (this.isAsked) this.wake();
    });
  }

  /** Resolves once there are none, or it is closed. */
  async settled(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    while (this.isAsked && !signal.aborted) {
      this.isAsked = false;
      const fault = await this.pass().catch((error: unknown) => ({ error }));
      if (signal.aborted) return;
      if (fault === undefined) {
        if (this.faults > 0) this.deps.onTrouble(undefined);
        this.faults = 0;
        continue;
      }
      if (this.faults === 0) this.deps.onTrouble(fault.error);
      await this.deps.sleep(RETRY_MS * 2 ** Math.min(this.faults, MAX_DOUBLINGS), signal);
      this.faults += 1;
      this.isAsked = true;
    }
  }

  /** All that have none now, the oldest first. Resolves to the first fault of the encoder; rejects where the store fails. */
  private async pass(): Promise<{ readonly error: unknown } | undefined> {
    const { store } = this.deps;
    let fault: { readonly error: unknown } | undefined;
    for (let afterSeq = 0; !this.stop.signal.aborted;) {
      const bare = await store.bareUtterances(afterSeq, BATCH);
      if (bare.length === 0) break;
      for (let at = 0; at < bare.length && !this.stop.signal.aborted; at += MAX_CONCURRENT) {
        const made = await Promise.allSettled(bare.slice(at, at + MAX_CONCURRENT).map((one) => this.embedded(one)));
        const vectors = made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
        if (vectors.length > 0) await store.embed(vectors);
        for (const one of made) if (one.status === 'rejected') fault ??= { error: one.reason as unknown };
        // whoever talks has the models now
        if (fault?.error instanceof RapportError && fault.error.code === 'overloaded') return fault;
      }
      // those that come meanwhile ask for another pass
      if (bare.length < BATCH) break;
      afterSeq = bare[bare.length - 1]!.seq;
    }
    return fault;
  }

  private async embedded({ eventId, text }: BareUtterance): Promise<{ eventId: string; vector: Float32Array }> {
    const options = { sessionId: 'history', jobClass: 'partial' } as const;
    const { output } = await this.deps.pool.submit('text-tokens', { text }, options);
    return { eventId, vector: output.embedding };
  }
}
