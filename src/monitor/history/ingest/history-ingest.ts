import { sessionKey } from '../../../delivery/cloud-event';
import type { RecordTap, TappedRecord } from '../../../delivery/record-tap';
import type { HistoryStore } from '../history-store';
import type { WaitingVectors } from '../../../facts/waiting-vectors';
import { condensed } from './condensed';
import { factsOfRecord } from './facts-of-record';
import { gather } from './gather';

export interface IngestOptions {
  /** With so many records a transaction is made; it has less than twice as many. Default 32. */
  readonly maxBatchRecords: number;
  /**
   * From one transaction to the next while fewer records wait than it takes, ms. Each costs a dozen messages between threads and a write,
   * however small; whoever talks is shown live without the history. Default 1,000.
   */
  readonly gatherMs: number;
  /** After a fault, until it is tried again, ms; doubles up to 8 times as much. Default 500. */
  readonly retryMs: number;
}

const MAX_DOUBLINGS = 3;

export const INGEST_DEFAULTS: IngestOptions = { maxBatchRecords: 32, gatherMs: 1000, retryMs: 500 };

export interface IngestDeps {
  readonly tap: Pick<RecordTap, 'batches' | 'end'>;
  readonly store: HistoryStore;
  readonly vectors: Pick<WaitingVectors, 'of' | 'drop'>;
  /** What makes embeddings: its name, version and weights. */
  readonly encoder: string;
  /** Words without their embedding were kept, or may be there from before. */
  readonly onBare: () => void;
  /** It is tried again; undefined: it works again. */
  readonly onTrouble: (error: unknown) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/**
 * Keeps every durable record in the history: in batches, each in one transaction with the place behind it, so that each record has its
 * effect once, whatever is killed. Nobody waits for it: it reads what is durable already, at its own pace.
 */
export class HistoryIngest {
  private readonly options: IngestOptions;
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Sessions that are being erased: what was read of them before is not kept any more. */
  private readonly erasing = new Set<string>();

  constructor(
    private readonly deps: IngestDeps,
    options: Partial<IngestOptions> = {},
  ) {
    this.options = { ...INGEST_DEFAULTS, ...options };
  }

  start(): void {
    this.running = this.run();
  }

  /** What is at work is finished. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  /** From here on nothing of these sessions is kept but the word that they were erased. */
  forget(tenant: string, sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) this.erasing.add(sessionKey({ tenant, sessionId }));
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    let faults = 0;
    while (!signal.aborted) {
      try {
        await this.follow(() => {
          if (faults > 0) this.deps.onTrouble(undefined);
          faults = 0;
        });
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (faults === 0) this.deps.onTrouble(error);
        await this.deps.sleep(this.options.retryMs * 2 ** Math.min(faults, MAX_DOUBLINGS), signal);
        faults += 1;
      }
    }
  }

  private async follow(onKept: () => void): Promise<void> {
    const { tap, store, encoder } = this.deps;
    const { maxBatchRecords, gatherMs } = this.options;
    await store.useEncoder(encoder);
    this.deps.onBare();
    const over = new AbortController();
    const signal = AbortSignal.any([this.stop.signal, over.signal]);
    const batches = tap.batches(await store.position(tap.end().logId), { signal, maxBatchRecords });
    try {
      for await (const gathered of gather(batches, maxBatchRecords, () => this.deps.sleep(gatherMs, signal))) {
        await this.keep(gathered);
        onKept();
      }
    } finally {
      over.abort();
    }
  }

  private async keep(records: readonly TappedRecord[]): Promise<void> {
    const { store, vectors } = this.deps;
    // several facts of a batch may be of one erased session: what is left is the word itself
    const facts = records
      .flatMap(({ record }) => factsOfRecord(record, (what) => vectors.of(what)))
      .filter((fact) => fact.kind === 'erased' || !this.erasing.has(sessionKey(fact)));
    await store.keep(condensed(facts), records[records.length - 1]!.position);
    for (const fact of facts) {
      if (fact.kind === 'window') vectors.drop({ ...fact, windowEndMs: fact.endMs });
      if (fact.kind === 'utterance') vectors.drop(fact);
      if (fact.kind !== 'erased') continue;
      this.erasing.delete(sessionKey(fact));
      await store.erase(fact.tenant, [fact.sessionId]);
    }
    if (facts.some((fact) => fact.kind === 'utterance' && fact.vector === undefined)) this.deps.onBare();
  }
}
