import { EVENTS, RapportError } from '@rapport-live/protocol';
import type { Observable } from 'rxjs';
import { sessionKey, toCloudEvent } from './cloud-event';
import type { OutboxOptions } from './delivery-options';
import type { DiskBudget } from './disk-budget';
import type { CustomerIndex } from './erasure/customer-index';
import { isOfSessions } from './erasure/records-of-sessions';
import type { FolderLock } from './folder-lock';
import { GroupCommit } from './group-commit';
import type { LiveSessions } from './live-sessions';
import { LogReaders, type ReadOptions } from './log-readers';
import { openFolder, type OutboxFolder, usable } from './outbox-folder';
import { type OutboxParts, outboxParts } from './outbox-parts';
import type { OutboxStatus } from './outbox-status';
import { encodeRecords, type LogRecord } from './record-line';
import type { ResultStore } from './result-feed';
import type { SegmentLog } from './segment-log';
import type { RecoveryReport } from './segment-recovery';
import type { SessionIndex } from './session-index';
import type { DurableRecord, SessionIdentity, SessionResult } from './session-result';
import { storageTrouble } from './storage-fault';
import { StorageState } from './storage-state';
import { sessionRecords } from './subscription';
import { WrittenRecord } from './written-record';

interface Entry {
  readonly session: SessionIndex;
  readonly topic: string;
  readonly key: string;
  readonly event: DurableRecord['event'];
  readonly eventJson: string;
  readonly eventBytes: number;
}

/**
 * Every durable result of this process, on its own disk: what a client was shown and what Kafka will get. Results
 * wait here for as long as Kafka is away. While the disk refuses them they wait in memory, and are written by themselves
 * once it takes them again: who makes results asks for `room`.
 */
export class Outbox implements ResultStore {
  private readonly commits: GroupCommit<Entry, DurableRecord>;
  private readonly storage: StorageState;
  private readonly lock: FolderLock;
  private readonly log: SegmentLog;
  private readonly sessions: LiveSessions;
  private readonly budget: DiskBudget;
  /** Undefined: not kept. */
  readonly customers: CustomerIndex | undefined;
  private cancelSweep = (): void => {};
  private readonly readers: LogReaders;
  private isClosed = false;
  /** Where the sink stood when the commit of now began. */
  private floorAtWrite = 0;

  private constructor(
    private readonly options: OutboxOptions,
    { lock, log, sessions, budget, customers }: OutboxFolder,
    private readonly parts: OutboxParts,
  ) {
    [this.lock, this.log, this.sessions, this.budget, this.customers] = [lock, log, sessions, budget, customers];
    const { clock, onTrouble } = parts;
    const { retryMs, maxTailBytes } = options;
    this.readers = new LogReaders(log, maxTailBytes);
    this.storage = new StorageState({ clock, retryMs, onChange: onTrouble, again: () => this.commits.again() });
    this.commits = new GroupCommit(
      (batch) => this.write(batch),
      options,
      (error) => this.mayPass(error),
    );
  }

  /**
   * Takes the folder, checks the whole log and cuts an unfinished commit off its end.
   * Rejects with `data_dir_locked`, `data_dir_unusable` or `data_format`.
   */
  static async open(options: OutboxOptions, given: Partial<OutboxParts> = {}): Promise<Outbox> {
    const parts = outboxParts(given);
    const folder = await openFolder(options, parts);
    const outbox = new Outbox(options, folder, parts);
    await outbox.sweep();
    return outbox;
  }

  get recovery(): RecoveryReport {
    return this.log.recovery;
  }

  /** Offset that the next record will get. */
  get nextOffset(): number {
    return this.log.nextOffset;
  }

  /** Names the log that offsets are of: another log in the same folder has another one. */
  get logId(): string {
    return this.log.logId;
  }

  status(): OutboxStatus {
    const { commits, log, budget, storage } = this;
    const { pendingBytes, oldestPendingMs } = commits;
    const kept = { logBytes: log.bytes, keptBytes: log.bytes + budget.otherKeptBytes, budgetBytes: budget.budgetBytes };
    const { trouble } = storage;
    return { ...kept, pendingBytes, oldestPendingMs, ...(trouble === undefined ? {} : { trouble }) };
  }

  room(): Promise<void> | undefined {
    return this.storage.room();
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
    const isWord = result.type === 'rapport.session.erased';
    if (this.sessions.isErased(key) && !isWord) throw new RapportError('session_unknown', 'the session was erased');
    const session = this.sessions.open(key);
    if (session.isClosing) throw new RapportError('session_unknown', 'the session is over');

    const event = toCloudEvent(identity, result, this.parts.now());
    if (session.has(event.id)) return null;
    const first = session.pending.get(event.id);
    // The one before decides: if the disk refuses it, neither was written.
    if (first !== undefined) return first.then(() => null);

    const eventJson = JSON.stringify(event);
    const eventBytes = Buffer.byteLength(eventJson);
    const bytes = eventBytes + 2 * Buffer.byteLength(key) + LINE_BYTES;
    if (bytes > this.options.maxEventBytes) {
      throw new RapportError(
        'internal',
        `a ${result.type} of ${bytes} bytes is larger than ${this.options.maxEventBytes}`,
      );
    }
    const written = this.commits.add({ session, topic, key, event, eventJson, eventBytes }, bytes);
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

  /** Every durable record from an offset on, of all sessions. */
  read(fromOffset: number, options: ReadOptions = {}): AsyncGenerator<LogRecord> {
    return this.readers.read(fromOffset, options);
  }

  /** As `read`, as many at a time as the log gives at once. */
  readChunks(fromOffset: number, options: ReadOptions = {}): AsyncGenerator<readonly LogRecord[]> {
    return this.readers.readChunks(fromOffset, options);
  }

  /**
   * Takes all records of these sessions out of the log; who reads them hears that they are over. They take no more results
   * but the word that they were erased. Resolves to how many records were taken out, once no file holds them.
   */
  async erase(keys: ReadonlySet<string>): Promise<number> {
    for (const key of keys) await this.sessions.erase(key);
    this.readers.forgetTail();
    const isWanted = (record: LogRecord): boolean => isOfSessions(keys, record);
    return usable(this.options.dir, () => this.log.erase(isWanted));
  }

  /** The sink needs nothing below this offset any more; see `holdForSink`. */
  releaseBelow(offset: number): void {
    const { log, storage, commits } = this;
    if (offset <= log.floorOffset) return;
    log.floorOffset = offset;
    if (storage.trouble?.code === 'DISK_BUDGET') commits.again();
  }

  /** Writes what waits, then gives the folder back. What the disk still refuses is given up: nobody was told of it. */
  async shutdown(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.cancelSweep();
    await this.commits.drained();
    this.commits.again();
    await this.commits.drained();
    this.commits.giveUp(new RapportError('server_shutdown', 'the outbox is closed, and the disk took nothing'));
    this.storage.end();
    this.readers.close();
    await this.log.close();
    await this.lock.release();
  }

  /** One commit. A seq and an offset exist only once it is durable: a refused commit leaves no gap. */
  private async write(batch: readonly Entry[]): Promise<DurableRecord[]> {
    if (!(await this.lock.isHeld())) throw this.lostFolder();
    this.floorAtWrite = this.log.floorOffset;
    const lastSeq = new Map<SessionIndex, number>();
    const records: DurableRecord[] = [];
    const encoded = encodeRecords(
      batch.map(({ session, topic, key, event, eventJson, eventBytes }, i) => {
        const seq = (lastSeq.get(session) ?? session.lastSeq) + 1;
        lastSeq.set(session, seq);
        records.push(new WrittenRecord(seq, topic, event, eventJson));
        return { offset: this.log.nextOffset + i, seq, topic, key, eventJson, eventBytes };
      }),
    );
    const begin = await this.log.commit(encoded.bytes, batch.length);
    this.storage.taken();
    let from = 0;
    for (const [i, { session, event }] of batch.entries()) {
      const end = encoded.ends[i]!;
      session.add(records[i]!.seq, event.id, { position: begin + from, bytes: end - from });
      from = end;
    }
    this.readers.written({ keys: batch, records, encoded, beginPosition: begin });
    for (const [i, { session }] of batch.entries()) for (const l of [...session.listeners]) l.onRecord(records[i]!);
    this.readers.wake();
    return records;
  }

  /** Whether a refused commit is held: a disk may take it later, a fault of ours or a lost folder will not pass. */
  private mayPass(error: unknown): boolean {
    const trouble = storageTrouble(this.options.dir, error);
    if (trouble !== undefined) this.storage.refused(trouble);
    if (trouble?.code === 'DISK_BUDGET') {
      void this.catchUp();
      // released while the commit was being refused: nobody says it once more
      if (this.log.floorOffset > this.floorAtWrite) setImmediate(() => this.commits.again());
    }
    return trouble !== undefined;
  }

  /** Never written again by this process: another may be writing there. */
  private lostFolder(): RapportError {
    const message = `${this.options.dir} was taken by another process, or its lock was removed: start this one again.`;
    this.storage.refused({ code: 'data_dir_locked', message });
    return new RapportError('data_dir_locked', message);
  }

  /** Before a record goes, it is known whose sessions it told of. What fails is told, and tried again at the next sweep. */
  private async catchUp(): Promise<void> {
    if (!this.isClosed) await this.customers?.catchUp(this.log).catch(() => undefined);
  }

  /** What cannot be removed now is tried again at the next one. */
  private async sweep(): Promise<void> {
    const { log, sessions, budget, options } = this;
    const { clock } = this.parts;
    await budget.measure();
    await log.finish().catch(() => undefined);
    await this.catchUp();
    await log.retain().catch(() => undefined);
    sessions.sweep(log.startPosition);
    if (this.isClosed) return;
    this.cancelSweep = clock.at(clock.nowMs() + options.sweepMs, () => void this.sweep());
  }
}

/** Upper bound of what a line has besides event and key. */
const LINE_BYTES = 160;
