import { RapportError } from '@rapport-live/protocol';
import { loadAvro } from './avro';
import { CachedKeys } from './data-keys';
import { type Decoded, type DecodeOptions, decodeRecord } from './decode-record';
import { Iteration } from './iteration';
import { KafkaSource } from './kafka-source';
import {
  checkEvents,
  checkOptions,
  type ConsumerBounds,
  consumerBounds,
  type ConsumerOptions,
  type EventsOptions,
  type Trouble,
} from './options';
import type { Delivered, Topic } from './received';
import type { RecordSource } from './record-source';
import { MemorySeenIds, type SeenIds } from './seen-ids';
import { SeenIdsFolder } from './seen-ids-folder';
import { WriterSchemas } from './writer-schemas';

/** What a consumer has read since it was made. */
export interface ConsumerCounts {
  /** Records taken from Kafka, doubles among them. */
  readonly records: number;
  /** Dropped, since their id had come before. */
  readonly duplicates: number;
  readonly malformed: number;
  readonly tombstones: number;
  readonly shredded: number;
}

const DEFAULT_MAX_IDS = 100_000;
const DEFAULT_MAX_AGE_MS = 24 * 3600_000;
const DEFAULT_LEARN_RECORDS = 10_000;

/**
 * Reads Rapport's events as a member of a consumer group.
 *
 *     const consumer = new RapportConsumer({ brokers: ['localhost:9092'], groupId: 'alerts' });
 *     for await (const event of consumer.events({ topics: ['rapport.alerts'] })) { ... }
 *
 * An event counts as worked off when the loop asks for the next one: then its offset may be committed. The event in which
 * you leave the loop comes again.
 */
export class RapportConsumer {
  private readonly bounds: ConsumerBounds;
  private readonly counted = { records: 0, duplicates: 0, malformed: 0, tombstones: 0, shredded: 0 };
  private isRunning = false;
  /** In memory they outlive a loop. */
  private seen: SeenIds | undefined;
  private schemas: WriterSchemas | undefined;

  /** Throws RapportError `consumer_options`. */
  constructor(
    private readonly options: ConsumerOptions,
    private readonly newSource: (options: ConsumerOptions, bounds: ConsumerBounds) => RecordSource = (...given) =>
      new KafkaSource(...given),
  ) {
    checkOptions(options);
    this.bounds = consumerBounds(options);
  }

  get counts(): ConsumerCounts {
    return { ...this.counted };
  }

  /**
   * The events of these topics, in order within each session, until the signal fires or the loop is left. One loop at a
   * time. Throws RapportError `consumer_options` (also for `registry` without avsc), `kafka_unavailable`, `topic_unknown`,
   * `store_failed`, and whatever `storedOffsets` throws.
   */
  async *events<T extends Topic = Topic>(
    options: EventsOptions<T> = {},
  ): AsyncGenerator<Delivered<T>, void, undefined> {
    const topics = checkEvents(options);
    if (this.isRunning) throw new RapportError('consumer_options', 'This consumer is being iterated already.');
    this.isRunning = true;
    const { signal } = options;
    const seen = this.openedIds();
    const source = this.newSource(this.options, this.bounds);
    const onTrouble = (error: RapportError): void => this.tell({ error });
    const { dedupe = {} } = this.options;
    const { learnRecords = DEFAULT_LEARN_RECORDS } = dedupe === false ? { learnRecords: 0 } : dedupe;
    const iteration = new Iteration({ source, seen, learnRecords, bounds: this.bounds, onTrouble }, options);
    const onAbort = (): void => iteration.end();
    signal?.addEventListener('abort', onAbort);
    try {
      if (signal?.aborted) return;
      this.schemas ??= await this.writerSchemas();
      await seen.open();
      await source.start(topics, iteration);
      yield* this.deliver<T>(iteration, seen, options);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      await iteration.close();
      await source.stop();
      await seen.close().catch(onTrouble);
      this.isRunning = false;
    }
  }

  private async *deliver<T extends Topic>(
    iteration: Iteration,
    seen: SeenIds,
    { checkSchema = false, malformed = 'skip', from, storedOffsets }: EventsOptions<T>,
  ): AsyncGenerator<Delivered<T>, void, undefined> {
    const keys = this.options.keys && new CachedKeys(this.options.keys, this.bounds);
    const decoding: DecodeOptions = { keys, schemas: this.schemas, checkSchema, signal: iteration.signal };
    // what a replay reads again is no double of what was read before it
    const scope = from === undefined ? '' : `@${from.getTime()}`;
    for (;;) {
      const taken = iteration.take() ?? (await iteration.next());
      if (taken === undefined) return;
      const { lease, record } = taken;
      const pending = decodeRecord(lease, record, decoding);
      const decoded = pending instanceof Promise ? await iteration.unlessOver(pending) : pending;
      // what was waited for may have taken longer than the partition was ours
      if (decoded === undefined || lease.isRevoked) continue;
      const id = decoded.id === undefined ? undefined : decoded.id + scope;
      if (record.offset < lease.handOutFrom) {
        if (id !== undefined && seen.offsetOf(id) === undefined) seen.add(id, record.offset);
        iteration.idAdded(lease, record.offset);
        continue;
      }
      if (!iteration.mayHandOut(lease, record.offset)) {
        await iteration.keepIds();
        if (lease.isRevoked || iteration.signal.aborted) continue;
      }
      this.count(decoded);
      const seenAt = id === undefined ? undefined : seen.offsetOf(id);
      // What is read again because the store has not got it is no double of itself.
      const isAgain = storedOffsets !== undefined && seenAt === record.offset;
      if (seenAt !== undefined && !isAgain) this.counted.duplicates += 1;
      else {
        if (decoded.given.type === 'malformed' && malformed === 'skip') this.tellMalformed(decoded.given);
        else yield decoded.given as Delivered<T>;
        if (id !== undefined) seen.add(id, record.offset);
      }
      iteration.workedOff(lease, record.offset);
    }
  }

  private async writerSchemas(): Promise<WriterSchemas | undefined> {
    const { registry } = this.options;
    if (registry === undefined) return undefined;
    return new WriterSchemas(registry, { makeReader: await loadAvro(), onTrouble: (error) => this.tell({ error }) });
  }

  private openedIds(): SeenIds {
    const { dedupe = {} } = this.options;
    if (dedupe === false) return NO_IDS;
    const { folder, maxIds = DEFAULT_MAX_IDS, maxAgeMs = DEFAULT_MAX_AGE_MS } = dedupe;
    if (folder !== undefined) return new SeenIdsFolder(folder, { maxIds, maxAgeMs });
    return (this.seen ??= new MemorySeenIds({ maxIds, maxAgeMs }));
  }

  private count({ given: { type } }: Decoded): void {
    this.counted.records += 1;
    if (type === 'malformed') this.counted.malformed += 1;
    else if (type === 'tombstone' || type === 'rapport.session.erased') this.counted.tombstones += 1;
    else if (type === 'shredded') this.counted.shredded += 1;
  }

  private tellMalformed({ position, reason }: Extract<Delivered, { type: 'malformed' }>): void {
    const { topic, partition, offset } = position;
    const message = `The record at ${topic}-${partition} offset ${offset} is no event: ${reason}.`;
    this.tell({ error: new RapportError('record_malformed', message), position });
  }

  private tell(trouble: Trouble): void {
    const { onTrouble } = this.options;
    if (onTrouble !== undefined) return onTrouble(trouble);
    const { code, message, advice } = trouble.error;
    process.emitWarning(`${message} ${advice}`, 'RapportConsumer', code);
  }
}

/** Nothing is remembered. */
const NO_IDS: SeenIds = {
  open: async () => {},
  offsetOf: () => undefined,
  add: () => {},
  reserve: () => {},
  flush: async () => {},
  close: async () => {},
};
