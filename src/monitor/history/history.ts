import { RapportError } from '@rapport-live/protocol';
import { sleep } from '../../delivery/backoff';
import type { ErasureParticipant } from '../../delivery/erasure/erasures';
import type { HistoryStore } from './history-store';
import { HistoryIngest, type IngestDeps, type IngestOptions } from './ingest/history-ingest';
import { UtteranceEmbedder } from './ingest/utterance-embedder';
import type { InferencePool } from '../../inference/inference-pool';

export type HistoryPart = 'ingestion' | 'embeddings' | 'retention';

export interface HistoryDeps extends Omit<IngestDeps, 'onBare' | 'sleep' | 'onTrouble'> {
  readonly pool: Pick<InferencePool, 'submit'>;
  readonly keepMs: number;
  /** Beyond it the oldest sessions are removed. */
  readonly maxBytes: number;
  readonly nowMs: () => number;
  /** Undefined: it works again. */
  readonly onTrouble: (part: HistoryPart, error: unknown) => void;
  readonly ingest?: Partial<IngestOptions>;
}

/** Between two looks for what is too old or too much, ms ... */
const SWEEP_MS = 60_000;
/** ... and after one that failed; doubles up to 8 times as much. */
const SWEEP_AGAIN_MS = 1000;
const MAX_DOUBLINGS = 3;
/** Sessions that are removed at a time, at most. */
const SWEPT = 50;

/** The history as it is kept up: it takes what becomes durable, gives it embeddings, and forgets what is old or erased. */
export class History implements ErasureParticipant {
  readonly store: HistoryStore;
  readonly ingest: HistoryIngest;
  readonly embedder: UtteranceEmbedder;
  private readonly stop = new AbortController();
  private readonly failing = new Map<HistoryPart, string>();
  private sweeping: Promise<void> = Promise.resolve();

  constructor(private readonly deps: HistoryDeps) {
    const { store, pool } = deps;
    this.store = store;
    this.embedder = new UtteranceEmbedder({ store, pool, sleep, onTrouble: (e) => this.trouble('embeddings', e) });
    this.ingest = new HistoryIngest(
      {
        ...deps,
        sleep,
        onBare: () => this.embedder.wake(),
        onTrouble: (error) => this.trouble('ingestion', error),
      },
      deps.ingest,
    );
  }

  /** What fails now, and why, as the database or the encoder says it. */
  get troubles(): Readonly<Partial<Record<HistoryPart, string>>> {
    return Object.fromEntries(this.failing);
  }

  /** What fails is tried again: a history that cannot be written holds up nothing else. */
  start(): void {
    this.ingest.start();
    this.sweeping = this.sweep();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await Promise.all([this.ingest.close(), this.embedder.close(), this.sweeping]);
    await this.store.close();
  }

  sessionsOf(tenant: string, customerId: string): Promise<readonly string[]> {
    return this.store.sessionsOf(tenant, customerId).catch(unerased);
  }

  async forget(tenant: string, sessionIds: readonly string[]): Promise<void> {
    this.ingest.forget(tenant, sessionIds);
    await this.store.erase(tenant, sessionIds).catch(unerased);
  }

  /** Told when it begins and when it is over. */
  private trouble(part: HistoryPart, error: unknown): void {
    if (error === undefined ? this.failing.delete(part) : !this.failing.has(part)) this.deps.onTrouble(part, error);
    if (error !== undefined) this.failing.set(part, error instanceof Error ? error.message : String(error));
  }

  private async sweep(): Promise<void> {
    const { keepMs, maxBytes, nowMs } = this.deps;
    const { signal } = this.stop;
    let faults = 0;
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await this.store.removeOlder(nowMs() - keepMs, SWEPT)) === SWEPT);
        // a few at first: conversations of hours are large, and what need not go stays
        for (
          let count = 1;
          !signal.aborted && (await this.store.bytes()) > maxBytes;
          count = Math.min(2 * count, SWEPT)
        ) {
          if ((await this.store.removeOldest(count)) === 0) break;
        }
        this.trouble('retention', undefined);
        faults = 0;
      } catch (error) {
        if (!signal.aborted) this.trouble('retention', error);
        faults += 1;
      }
      await sleep(faults === 0 ? SWEEP_MS : SWEEP_AGAIN_MS * 2 ** Math.min(faults - 1, MAX_DOUBLINGS), signal);
    }
  }
}

const unerased = (cause: unknown): never => {
  throw new RapportError('history_unavailable', 'The history could not erase: the erasure is not done.', { cause });
};
