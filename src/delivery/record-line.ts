import type { CloudEvent } from '@rapport-live/protocol';
import { crc32cHex } from './crc32c';

/**
 * The format of the outbox, readable with `less`, `grep` and `jq`:
 *
 *     rapport-outbox 1 4711
 *     9ae0daaf {"offset":4711,"seq":1,"topic":"rapport.results","key":"acme/0189...","event":{...}}
 *
 * The first line of a segment names the format, its version and the offset of its first record. Every other line is
 * one record: the CRC-32C of the JSON that follows. JSON has no raw line feed, so a line feed always ends a record.
 */
export const FORMAT_NAME = 'rapport-outbox';
export const FORMAT_VERSION = 1;
const CRC_DIGITS = 8;
const LINE_FEED = 0x0a;
const SPACE = 0x20;

export interface LogRecord {
  /** Place in the whole log, from 0 without gaps. */
  readonly offset: number;
  /** Place in its session, from 1 without gaps. */
  readonly seq: number;
  readonly topic: string;
  readonly key: string;
  readonly event: CloudEvent;
}

export function encodeHeader(baseOffset: number): Buffer {
  return Buffer.from(`${FORMAT_NAME} ${FORMAT_VERSION} ${baseOffset}\n`);
}

/** `eventJson` is the event already as JSON: it was made when the result was appended. */
export function encodeRecord(record: Omit<LogRecord, 'event'>, eventJson: string): Buffer {
  const { offset, seq, topic, key } = record;
  const head = `{"offset":${offset},"seq":${seq},"topic":${JSON.stringify(topic)},"key":${JSON.stringify(key)},"event":`;
  const json = Buffer.from(`${head}${eventJson}}`);
  return Buffer.concat([Buffer.from(`${crc32cHex(json)} `), json, Buffer.of(LINE_FEED)]);
}

/** A line without its line feed; null when it is not what was written. */
export function decodeRecord(line: Buffer): LogRecord | null {
  if (line.length <= CRC_DIGITS + 1 || line[CRC_DIGITS] !== SPACE) return null;
  const json = line.subarray(CRC_DIGITS + 1);
  if (line.toString('latin1', 0, CRC_DIGITS) !== crc32cHex(json)) return null;
  try {
    return JSON.parse(json.toString('utf8')) as LogRecord;
  } catch {
    return null;
  }
}

export type Header =
  | { readonly kind: 'ok'; readonly baseOffset: number; readonly bytes: number }
  /** The beginning of a header: the process died while it made the file. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'foreign'; readonly reason: string };

/** `expectedBase` comes from the file's name. */
export function decodeHeader(bytes: Buffer, expectedBase: number): Header {
  const expected = encodeHeader(expectedBase);
  const end = bytes.indexOf(LINE_FEED);
  if (end < 0 || end > 64) {
    const torn = end < 0 && bytes.length < expected.length && bytes.equals(expected.subarray(0, bytes.length));
    return torn ? { kind: 'torn' } : { kind: 'foreign', reason: 'has no header' };
  }
  const [name, version, base] = bytes.toString('latin1', 0, end).split(' ');
  if (name !== FORMAT_NAME) return { kind: 'foreign', reason: 'has no header' };
  if (version !== String(FORMAT_VERSION)) {
    return { kind: 'foreign', reason: `has format version ${version}, this program reads ${FORMAT_VERSION}` };
  }
  if (base !== String(expectedBase)) return { kind: 'foreign', reason: `says it begins at ${base}` };
  return { kind: 'ok', baseOffset: expectedBase, bytes: end + 1 };
}

export interface Lines {
  readonly records: { readonly record: LogRecord; readonly position: number; readonly bytes: number }[];
  /** Where the next record would begin, relative to `bytes`. */
  readonly end: number;
  /** A whole line stands at `end` and is not a record. Without it, what is left is the beginning of a line, or nothing. */
  readonly damaged: boolean;
}

/** The records at the front of `bytes`, whose first byte begins a line. */
export function decodeLines(bytes: Buffer, start = 0): Lines {
  const records: Lines['records'] = [];
  let position = start;
  for (;;) {
    const feed = bytes.indexOf(LINE_FEED, position);
    if (feed < 0) return { records, end: position, damaged: false };
    const record = decodeRecord(bytes.subarray(position, feed));
    if (record === null) return { records, end: position, damaged: true };
    records.push({ record, position, bytes: feed + 1 - position });
    position = feed + 1;
  }
}
