import { EVENTS, RapportError } from '@rapport-live/protocol';
import { mkdir } from 'node:fs/promises';
import type { Observable } from 'rxjs';
import { sessionKey, toCloudEvent } from './cloud-event';
import type { OutboxOptions } from './delivery-options';
import { FolderLock } from './folder-lock';
import { GroupCommit } from './group-commit';
import { LiveSessions } from './live-sessions';
import { encodeRecord, type LogRecord } from './record-line';
import type { ResultStore } from './result-feed';
import { SegmentLog } from './segment-log';
import type { RecoveryReport } from './segment-recovery';
import type { SessionIndex } from './session-index';
import type { DurableRecord, SessionIdentity, SessionResult } from './session-result';
import { sessionRecords } from './subscription';

interface Entry {
  readonly session: SessionIndex;
  readonly topic: string;
  readonly key: string;
  readonly event: DurableRecord['event'];
  readonly eventJson: string;
}

/**
 * Every durable result of this process, on its own disk: what a client was shown and what Kafka will get. Results
 * wait here for as long as Kafka is away.
 */
export class Outbox implements ResultStore {
  private readonly commits: GroupCommit<Entry, DurableRecord>;
  private readonly sweeper: NodeJS.Timeout;
  private waiting: (() => void)[] = [];
  private floorOffset: number;
  private retaining: Promise<void> = Promise.resolve();
  private isClosed = false;

  private constructor(
    private readonly options: OutboxOptions,
    private readonly lock: FolderLock,
    private readonly log: SegmentLog,
    private readonly sessions: LiveSessions,
    private readonly now: () => Date,
  ) {
    this.commits = new GroupCommit((batch) => this.write(batch), options);
    this.floorOffset = options.holdForSink ? 0 : Infinity;
    this.sweeper = setInterval(() => void this.sweep(), options.sweepMs).unref();
  }

  /**
   * Takes the folder, checks the whole log and cuts an unfinished commit off its end.
   * Rejects with `data_dir_locked`, `data_dir_unusable` or `data_format`.
   */
  static async open(options: OutboxOptions, now: () => Date = () => new Date()): Promise<Outbox> {
    const lock = await usable(options.dir, async () => {
      await mkdir(options.dir, { recursive: true });
      return FolderLock.take(options.dir);
    });
    try {
      const sessions = new LiveSessions(options);
      const log = await usable(options.dir, () =>
        SegmentLog.open(options, (record, position, bytes) => sessions.recover(record, { position, bytes })),
      );
      const outbox = new Outbox(options, lock, log, sessions, now);
      await outbox.sweep();
      return outbox;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get recovery(): RecoveryReport {
    return this.log.recovery;
  }

  /** Offset that the next record will get. */
  get nextOffset(): number {
    return this.log.nextOffset;
  }

  /** Of results that wait for the disk. */
  get pendingBytes(): number {
    return this.commits.pendingBytes;
  }

  /** Sessions that the log shows begun and not ended: the process died while they ran. */
  unfinished(): SessionIdentity[] {
    return this.sessions.unfinished();
  }

  async append(identity: SessionIdentity, result: SessionResult): Promise<DurableRecord | null> {
    if (this.isClosed) throw new RapportError('server_shutdown', 'the outbox is closed');
    const { topic } = EVENTS[result.type];
    if (topic === null) throw new RapportError('internal', `${result.type} is not durable`);
    const key = sessionKey(identity);
    const session = this.sessions.open(key);
    if (session.isClosing) throw new RapportError('session_unknown', 'the session is over');

    const event = toCloudEvent(identity, result, this.now());
    if (session.has(event.id)) return null;
    const first = session.pending.get(event.id);
    // The one before decides: if the disk refuses it, neither was written.
    if (first !== undefined) return first.then(() => null);

    const eventJson = JSON.stringify(event);
    const bytes = Buffer.byteLength(eventJson) + 2 * Buffer.byteLength(key) + LINE_BYTES;
    if (bytes > this.options.maxEventBytes) {
      throw new RapportError(
        'internal',
        `a ${result.type} of ${bytes} bytes is larger than ${this.options.maxEventBytes}`,
      );
    }
    const written = this.commits.add({ session, topic, key, event, eventJson }, bytes);
    session.pending.set(event.id, written);
    try {
      return await written;
    } finally {
      session.pending.delete(event.id);
    }
  }

  subscribe(identity: SessionIdentity, afterSeq: number): Observable<DurableRecord> {
    const key = sessionKey(identity);
    return sessionRecords(
      () => this.sessions.open(key),
      () => this.sessions.forgetIfUnused(key),
      (places) => this.log.readAt(places),
      afterSeq,
    );
  }

  lastSeq(identity: SessionIdentity): number {
    return this.sessions.lastSeq(sessionKey(identity));
  }

  async close(identity: SessionIdentity): Promise<void> {
    await this.sessions.close(sessionKey(identity));
  }

  /** Every durable record from an offset on, of all sessions. With `follow` it waits at the end until `signal` fires. */
  async *read(fromOffset: number, options: { follow?: boolean; signal?: AbortSignal } = {}): AsyncGenerator<LogRecord> {
    const cursor = this.log.cursor(fromOffset);
    const isAborted = (): boolean => options.signal?.aborted ?? false;
    const wake = (): void => this.wake();
    options.signal?.addEventListener('abort', wake);
    try {
      while (!isAborted()) {
        const end = this.nextOffset;
        const isLast = options.follow !== true || this.isClosed;
        const records = await cursor.next();
        for (const record of records) {
          if (isAborted()) return;
          yield record;
        }
        if (records.length > 0) continue;
        if (isLast) return;
        const isStill = end === this.nextOffset && !isAborted() && !this.isClosed;
        if (isStill) await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    } finally {
      options.signal?.removeEventListener('abort', wake);
    }
  }

  /** The sink needs nothing below this offset any more; see `holdForSink`. */
  releaseBelow(offset: number): void {
    this.floorOffset = Math.max(this.floorOffset, offset);
  }

  /** Writes what waits, then gives the folder back. */
  async shutdown(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.sweeper);
    await this.commits.drained();
    await this.retaining;
    this.wake();
    await this.log.close();
    await this.lock.release();
  }

  /** One commit. A seq and an offset exist only once it is durable: a refused commit leaves no gap. */
  private async write(batch: readonly Entry[]): Promise<DurableRecord[]> {
    const lastSeq = new Map<SessionIndex, number>();
    const records: DurableRecord[] = [];
    const lines = batch.map(({ session, topic, key, event, eventJson }, i) => {
      const seq = (lastSeq.get(session) ?? session.lastSeq) + 1;
      lastSeq.set(session, seq);
      records.push({ seq, topic, event });
      return encodeRecord({ offset: this.log.nextOffset + i, seq, topic, key }, eventJson);
    });
    let position = await usable(this.options.dir, () => this.log.commit(lines));
    for (const [i, { session, event }] of batch.entries()) {
      const bytes = lines[i]!.length;
      session.add(records[i]!.seq, event.id, { position, bytes });
      position += bytes;
    }
    for (const [i, { session }] of batch.entries()) for (const l of [...session.listeners]) l.onRecord(records[i]!);
    this.wake();
    return records;
  }

  private sweep(): Promise<void> {
    this.retaining = this.retaining
      .then(() => this.log.retain(this.floorOffset))
      .then(() => this.sessions.sweep(this.log.startPosition))
      .catch(() => undefined); // a file that cannot be removed now is tried again at the next sweep
    return this.retaining;
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** Upper bound of what a line has besides event and key. */
const LINE_BYTES = 160;

async function usable<T>(dir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof RapportError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new RapportError('data_dir_unusable', `${dir}: ${code}`, { cause: error });
  }
}
