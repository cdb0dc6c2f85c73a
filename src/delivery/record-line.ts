import type { CloudEvent } from '@rapport-live/protocol';
import { crc32c, crc32cHex } from './crc32c';
import type { DurableRecord } from './session-result';

/**
 * The format of the outbox, readable with `less`, `grep` and `jq`:
 *
 *     rapport-outbox 2 4711 b1f0f8ae-6f0c-4d6b-9a0e-6f5f0c1b2a3d
 *     9ae0daaf {"offset":4711,"seq":1,"topic":"rapport.results","key":"acme/0189...","event":{...}}
 *
 * The first line of a segment names the format, its version, the offset of its first record and the log that it is part
 * of: an offset means nothing in another log. Every other line is one record: the CRC-32C of the JSON that follows. JSON
 * has no raw line feed, so a line feed always ends a record. Version 1 named no log; its records are the same.
 */
export const FORMAT_NAME = 'rapport-outbox';
export const FORMAT_VERSION = 2;
/** Most bytes of a header: for who reads no more than that. */
export const MAX_HEADER_BYTES = 128;
const READ_VERSIONS = ['1', '2'];
/** A UUID. */
const LOG_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const CRC_DIGITS = 8;
const NO_CRC = '0'.repeat(CRC_DIGITS);
const LINE_FEED = 0x0a;
const SPACE = 0x20;
const BRACE = 0x7d;
/** Behind the event: brace and line feed. */
const TAIL_BYTES = 2;

export interface LogRecord extends DurableRecord {
  /** Place in the whole log, from 0 without gaps. */
  readonly offset: number;
  readonly key: string;
  /** Null in the log's files only, for a record that was erased: nothing hands such a one out. */
  readonly event: CloudEvent;
}

/** `logId`: a UUID, the same in every segment of a log. */
export function encodeHeader(baseOffset: number, logId: string): Buffer {
  return Buffer.from(`${FORMAT_NAME} ${FORMAT_VERSION} ${baseOffset} ${logId}\n`);
}

export interface NewRecord extends Omit<LogRecord, 'event'> {
  /** The event already as JSON: it was made when the result was appended. */
  readonly eventJson: string;
  /** Of it in UTF-8. */
  readonly eventBytes: number;
}

/** `ends`: where each line ends, behind its line feed. */
export interface Encoded {
  readonly bytes: Buffer;
  readonly ends: readonly number[];
}

/** The lines of these records one after the other, as they go to the disk: one buffer for all of a commit. */
export function encodeRecords(records: readonly NewRecord[]): Encoded {
  let size = 0;
  const ends: number[] = [];
  const heads = records.map(({ offset, seq, topic, key, eventBytes }) => {
    const named = `"offset":${offset},"seq":${seq},"topic":${JSON.stringify(topic)},"key":${JSON.stringify(key)}`;
    const head = `${NO_CRC} {${named},"event":`;
    size += Buffer.byteLength(head) + eventBytes + TAIL_BYTES;
    ends.push(size);
    return head;
  });
  const bytes = Buffer.allocUnsafe(size);
  let from = 0;
  for (const [i, { eventJson, eventBytes }] of records.entries()) {
    const at = from + bytes.write(heads[i]!, from);
    // As many bytes as characters: ASCII, which is copied instead of converted.
    bytes.write(eventJson, at, eventBytes === eventJson.length ? 'latin1' : 'utf8');
    const end = ends[i]!;
    bytes[end - TAIL_BYTES] = BRACE;
    bytes[end - 1] = LINE_FEED;
    // The checksum is filled in once the bytes are known.
    bytes.write(crc32cHex(bytes, jsonAt(from), end - 1), from, 'latin1');
    from = end;
  }
  return { bytes, ends };
}

export function encodeRecord(record: Omit<LogRecord, 'event'>, eventJson: string): Buffer {
  return encodeRecords([{ ...record, eventJson, eventBytes: Buffer.byteLength(eventJson) }]).bytes;
}

/**
 * Reads a line, which stands from `from` to before `to` in `bytes`, its line feed. Null: it is not what was written. Where it
 * stands, so that a log of millions of lines takes no view of each.
 */
export type DecodeLine<T> = (bytes: Buffer, from: number, to: number) => T | null;

export function decodeRecord(bytes: Buffer, from = 0, to = bytes.length): LogRecord | null {
  if (!isIntact(bytes, from, to)) return null;
  try {
    return JSON.parse(bytes.toString('utf8', jsonAt(from), to)) as LogRecord;
  } catch {
    return null;
  }
}

/** Where the JSON of a line begins. */
export const jsonAt = (from: number): number => from + CRC_DIGITS + 1;

/** Whether the checksum of a line is right: it is what was written. */
export function isIntact(bytes: Buffer, from: number, to: number): boolean {
  const json = jsonAt(from);
  return to > json && bytes[json - 1] === SPACE && crcOf(bytes, from) === crc32c(bytes, json, to);
}

/** The checksum that a line says; NaN where no eight lower-case hexadecimal digits stand. */
function crcOf(bytes: Buffer, from: number): number {
  let crc = 0;
  for (let at = from; at < from + CRC_DIGITS; at += 1) {
    const digit = bytes[at]!;
    if (digit >= 0x30 && digit <= 0x39) crc = (crc << 4) | (digit - 0x30);
    else if (digit >= 0x61 && digit <= 0x66) crc = (crc << 4) | (digit - 0x57);
    else return NaN;
  }
  return crc >>> 0;
}

export type Header =
  /** `logId` is undefined in version 1. */
  | { readonly kind: 'ok'; readonly version: number; readonly logId: string | undefined; readonly bytes: number }
  /** The beginning of a header: the process died while it made the file. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'foreign'; readonly reason: string };

/** `bytes`: the beginning of a segment, at least MAX_HEADER_BYTES where it has them. `expectedBase` comes from the file's name. */
export function decodeHeader(bytes: Buffer, expectedBase: number): Header {
  const end = bytes.subarray(0, MAX_HEADER_BYTES).indexOf(LINE_FEED);
  const line = bytes.toString('latin1', 0, end < 0 ? MAX_HEADER_BYTES : end);
  if (end < 0) return isBegun(line, expectedBase) ? { kind: 'torn' } : foreign('has no header');
  const [name, version = '', base, logId, ...more] = line.split(' ');
  if (name !== FORMAT_NAME) return foreign('has no header');
  if (!READ_VERSIONS.includes(version)) {
    return foreign(`has format version ${version}, this program reads ${READ_VERSIONS.join(' and ')}`);
  }
  if (base !== String(expectedBase)) return foreign(`says it begins at ${base}`);
  const isWhole = more.length === 0 && (version === '1' ? logId === undefined : LOG_ID.test(logId ?? ''));
  if (!isWhole) return foreign('has a damaged header');
  return { kind: 'ok', version: Number(version), logId, bytes: end + 1 };
}

const foreign = (reason: string): Header => ({ kind: 'foreign', reason });

/** Whether this could have become a header of a version that we read. */
function isBegun(line: string, base: number): boolean {
  return READ_VERSIONS.some((version) => {
    const head = `${FORMAT_NAME} ${version} ${base}`;
    if (line.length <= head.length) return head.startsWith(line);
    return version !== '1' && line.startsWith(`${head} `) && /^[0-9a-f-]{0,36}$/.test(line.slice(head.length + 1));
  });
}

export interface Lines<T = LogRecord> {
  readonly records: { readonly record: T; readonly position: number; readonly bytes: number }[];
  /** Where the next record would begin, relative to `bytes`. */
  readonly end: number;
  /** A whole line stands at `end` and is not a record. Without it, what is left is the beginning of a line, or nothing. */
  readonly damaged: boolean;
}

/** The records at the front of `bytes`, whose first byte begins a line. */
export function decodeLines(bytes: Buffer, start?: number): Lines;
export function decodeLines<T>(bytes: Buffer, start: number, decode: DecodeLine<T>): Lines<T>;
export function decodeLines(bytes: Buffer, start = 0, decode: DecodeLine<unknown> = decodeRecord): Lines<unknown> {
  const records: Lines<unknown>['records'] = [];
  let position = start;
  for (;;) {
    const feed = bytes.indexOf(LINE_FEED, position);
    if (feed < 0) return { records, end: position, damaged: false };
    const record = decode(bytes, position, feed);
    if (record === null) return { records, end: position, damaged: true };
    records.push({ record, position, bytes: feed + 1 - position });
    position = feed + 1;
  }
}
