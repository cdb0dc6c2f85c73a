import { RapportError, type SessionStartedData } from '@rapport-live/protocol';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { sessionKey, sessionOfKey } from '../cloud-event';
import { isMissing, type LogFiles, replaceFile, writeWhole } from '../log-files';
import { decodeLines, type LogRecord } from '../record-line';
import { findSegments, segmentPath } from '../segment';
import {
  CUSTOMERS_HEADER,
  decodeCustomerLine,
  encodeBelow,
  encodeForgotten,
  encodeSession,
  type LookedThrough,
  type OwnedSession,
  pseudonym,
} from './customer-line';
import { Turns } from '../../facts/turns';

const SECRET_FILE = 'secret';
const SECRET_BYTES = 32;
const COPY = '.copy';
/** A file beyond it is followed by another; one at a time is held in memory. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
/** What is found of the log is written down at the latest when so many sessions wait. */
const MAX_WAITING = 10_000;

/** What the index asks of the log. */
export interface FinishedLog {
  readonly logId: string;
  /** Below it no record is written any more. */
  readonly finishedBelow: number;
  cursor(fromOffset: number): { next(): Promise<readonly LogRecord[]> };
}

export interface CustomerIndexOptions {
  readonly folder: string;
  /** Most bytes; beyond it the oldest file goes, and its sessions can be erased by their own ids alone. 0: nothing is added. */
  readonly maxBytes: number;
  readonly maxFileBytes?: number;
  /** The oldest sessions were let go. */
  readonly onFull?: () => void;
  /** Told once when the log cannot be looked through, and once, with undefined, when it can again. */
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * Which sessions each customer had, for longer than the log knows it: Kafka's compacted topics keep the last record of a
 * session for ever, so an erasure by customer must find sessions that retention has taken from the log. The finished
 * part of the log is looked through before any of it may go. A customer is a pseudonym here, and is forgotten with the
 * sessions that are erased. A few append-only files, changed by one action at a time; each change is durable, or was not.
 */
export class CustomerIndex {
  private readonly turns = new Turns();
  private isInTrouble = false;
  private looked: LookedThrough | undefined;
  /** Oldest first. */
  private sizes: { readonly path: string; size: number }[] = [];

  private constructor(
    private readonly options: CustomerIndexOptions,
    private readonly files: LogFiles,
    private readonly secret: Buffer,
  ) {}

  /** Rejects with `data_format` for what is damaged, or of another version. */
  static async open(options: CustomerIndexOptions, files: LogFiles): Promise<CustomerIndex> {
    const { folder } = options;
    await files.makeFolder(folder);
    for (const name of await files.list(folder)) if (name.endsWith(COPY)) await files.remove(join(folder, name));
    const found = await findSegments(folder, files);
    const index = new CustomerIndex(options, files, await secretOf(folder, files, found.length === 0));
    for (const [i, { path }] of found.entries()) await index.recover(path, i === found.length - 1);
    return index;
  }

  /** Records of this log below this offset have been looked through, or need not be. */
  below(logId: string): number {
    if (this.options.maxBytes === 0) return Infinity;
    return this.looked?.logId === logId ? this.looked.below : 0;
  }

  /** Looks through what the log has finished since the last time. */
  async catchUp(log: FinishedLog): Promise<void> {
    const { onTrouble } = this.options;
    try {
      await this.lookThrough(log);
      if (this.isInTrouble) onTrouble?.(undefined);
      this.isInTrouble = false;
    } catch (error) {
      if (!this.isInTrouble) onTrouble?.(error);
      this.isInTrouble = true;
      throw error;
    }
  }

  private lookThrough(log: FinishedLog): Promise<void> {
    return this.turns.take(async () => {
      const { logId, finishedBelow } = log;
      let below = this.below(logId);
      if (below >= finishedBelow) return;
      const cursor = log.cursor(below);
      const waiting = new Map<string, OwnedSession>();
      while (below < finishedBelow) {
        const records = await cursor.next();
        for (const record of records) if (record.offset < finishedBelow) this.collect(record, waiting);
        // what was removed or erased at the end is passed over
        below = records.length === 0 ? finishedBelow : Math.min(finishedBelow, records.at(-1)!.offset + 1);
        if (waiting.size < MAX_WAITING && below < finishedBelow) continue;
        await this.append([...waiting.values()], { logId, below });
        waiting.clear();
      }
    });
  }

  /** Ids of the customer's sessions. Rejects with `data_format` for damage. */
  sessionsOf(tenant: string, customerId: string): Promise<Set<string>> {
    return this.turns.take(async () => {
      const owner = pseudonym(this.secret, tenant, customerId);
      const sessions = new Set<string>();
      for (const { path, size } of this.sizes) {
        for (const { line } of await this.lines(path, size)) {
          if ('owner' in line && line.owner === owner) sessions.add(sessionOfKey(line.key).sessionId);
        }
      }
      return sessions;
    });
  }

  /** Overwrites what is known of these sessions, by their keys. Whoever looks from then on finds nothing of them. */
  forget(keys: ReadonlySet<string>): Promise<void> {
    return this.turns.take(async () => {
      for (const { path, size } of this.sizes) {
        const lines = (await this.lines(path, size)).filter(({ line }) => 'key' in line && keys.has(line.key));
        if (lines.length === 0) continue;
        const bytes = (await this.files.readWhole(path)).subarray(0, size);
        for (const { position, length } of lines) encodeForgotten(length).copy(bytes, position);
        await this.replace(path, bytes);
      }
    });
  }

  private collect({ event }: LogRecord, into: Map<string, OwnedSession>): void {
    // The end says whose the session was, too: its start may have gone before there was an index.
    if (event.type !== 'rapport.session.started' && event.type !== 'rapport.session.ended') return;
    const { customerId } = (event.data as SessionStartedData).session;
    if (customerId === undefined) return;
    const key = sessionKey({ tenant: event.tenant, sessionId: event.subject });
    into.set(key, { key, owner: pseudonym(this.secret, event.tenant, customerId) });
  }

  /** All or nothing: what stands behind the last line that says how far the log was looked through does not count. */
  private async append(sessions: readonly OwnedSession[], looked: LookedThrough): Promise<void> {
    const bytes = Buffer.concat([...sessions.map(encodeSession), encodeBelow(looked)]);
    const { maxFileBytes = MAX_FILE_BYTES, maxBytes, folder } = this.options;
    let last = this.sizes.at(-1);
    if (last === undefined || last.size + bytes.length > maxFileBytes) {
      const number = last === undefined ? 0 : Number(/(\d+)\.log$/.exec(last.path)![1]) + 1;
      last = { path: segmentPath(folder, number), size: 0 };
      await this.write(last.path, Buffer.concat([CUSTOMERS_HEADER, bytes]), 0);
      await this.files.syncFolder(folder);
      last.size = CUSTOMERS_HEADER.length + bytes.length;
      this.sizes.push(last);
    } else {
      await this.write(last.path, bytes, last.size);
      last.size += bytes.length;
    }
    this.looked = looked;
    while (this.sizes.length > 1 && this.sizes.reduce((sum, { size }) => sum + size, 0) > maxBytes) {
      await this.files.remove(this.sizes[0]!.path);
      this.sizes.shift();
      this.options.onFull?.();
    }
  }

  /** What a refused write left behind the end goes first. */
  private async write(path: string, bytes: Buffer, position: number): Promise<void> {
    const file = await this.files.open(path, position === 0 ? 'make' : 'write');
    try {
      if ((await file.size()) > position) await file.cut(position);
      await writeWhole(file, bytes, position);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  private async replace(path: string, bytes: Buffer): Promise<void> {
    await this.write(`${path}${COPY}`, bytes, 0);
    await this.files.rename(`${path}${COPY}`, path);
    await this.files.syncFolder(dirname(path));
  }

  /** Only the end of the last file may be torn. */
  private async recover(path: string, isLast: boolean): Promise<void> {
    const bytes = await this.files.readWhole(path);
    if (isLast && bytes.length < CUSTOMERS_HEADER.length && CUSTOMERS_HEADER.subarray(0, bytes.length).equals(bytes)) {
      return this.files.remove(path); // it died while it made the file
    }
    if (!bytes.subarray(0, CUSTOMERS_HEADER.length).equals(CUSTOMERS_HEADER)) {
      throw new RapportError('data_format', `${path} is no index of customers of this version`);
    }
    const { records, damaged, end } = decodeLines(bytes, CUSTOMERS_HEADER.length, decodeCustomerLine);
    const at = records.findLastIndex(({ record }) => typeof record === 'object' && 'below' in record);
    const whole = at < 0 ? CUSTOMERS_HEADER.length : records[at]!.position + records[at]!.bytes;
    if ((!isLast && whole < bytes.length) || (damaged && holdsLines(bytes.subarray(end)))) throw damagedAt(path, end);
    const last = records[at]?.record;
    if (last !== undefined) this.looked = last as LookedThrough;
    this.sizes.push({ path, size: whole });
  }

  private async lines(path: string, size: number) {
    const bytes = (await this.files.readWhole(path)).subarray(0, size);
    const { records, end } = decodeLines(bytes, CUSTOMERS_HEADER.length, decodeCustomerLine);
    if (end < size) throw damagedAt(path, end);
    return records.flatMap(({ record, position, bytes: length }) =>
      record === 'forgotten' ? [] : [{ line: record, position, length }],
    );
  }
}

function holdsLines(bytes: Buffer): boolean {
  for (let feed = bytes.indexOf('\n'); feed >= 0; feed = bytes.indexOf('\n', feed + 1)) {
    const next = bytes.indexOf('\n', feed + 1);
    if (next > 0 && decodeCustomerLine(bytes.subarray(feed + 1, next)) !== null) return true;
  }
  return false;
}

function damagedAt(path: string, position: number): RapportError {
  const advice = 'Move it away to go on without: its sessions can then be erased by their own ids alone';
  return new RapportError('data_format', `${path} is damaged at byte ${position}. ${advice}`);
}

/** Of this index alone. Without it no customer can be looked up, so it is never made anew beside files that need it. */
async function secretOf(folder: string, files: LogFiles, mayMake: boolean): Promise<Buffer> {
  const path = join(folder, SECRET_FILE);
  const text = await files.readWhole(path).catch((error: unknown) => {
    if (isMissing(error) && mayMake) return undefined;
    throw error;
  });
  if (text === undefined) {
    const secret = randomBytes(SECRET_BYTES);
    await replaceFile(files, folder, SECRET_FILE, Buffer.from(`${secret.toString('hex')}\n`));
    return secret;
  }
  const secret = Buffer.from(String(text).trim(), 'hex');
  if (secret.length === SECRET_BYTES) return secret;
  throw new RapportError('data_format', `${path} is not ${SECRET_BYTES} bytes in hexadecimal`);
}
