/** A record of a batch as kafkajs hands it to its encoder. */
export interface RecordParts {
  readonly offsetDelta?: number;
  /** Always 0 of ours: a batch has one time. */
  readonly timestampDelta?: unknown;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
}

/** Longer records are left to kafkajs: its cost is that of the headers, not of the bytes. */
const MAX_RECORD_BYTES = 64 * 1024;
/** Most bytes of a length: 32 bits, seven a byte. */
const VARINT_BYTES = 5;
/** Most bytes of UTF-8 that one UTF-16 unit becomes. */
const UTF8_BYTES = 3;
/** A record is put together here and copied out whole; its own length, written last, stands right before its body. */
const scratch = Buffer.allocUnsafeSlow(MAX_RECORD_BYTES);
const BODY_AT = VARINT_BYTES;

/**
 * One record of a batch (Kafka protocol, message format v2): length, attributes, timestamp and offset as deltas, key, value, headers;
 * numbers are zigzag varints. The same bytes as kafkajs 2.2.4 makes, which takes a buffer of 512 bytes for every header and one for
 * every number, so that it costs more than the compression. Undefined: not one that we write, so left to kafkajs.
 */
export function encodeKafkaRecord(parts: RecordParts): Buffer | undefined {
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers } = parts;
  if (timestampDelta !== 0 || typeof key !== 'string' || !isValue(value) || !headers) return undefined;
  const names = Object.keys(headers);
  let most = 6 * VARINT_BYTES + key.length * UTF8_BYTES + (value?.length ?? 0);
  for (const name of names) {
    const text = headers[name];
    if (typeof text !== 'string') return undefined;
    most += 2 * VARINT_BYTES + (name.length + text.length) * UTF8_BYTES;
  }
  if (most > MAX_RECORD_BYTES) return undefined;

  scratch[BODY_AT] = 0; // attributes: none are in use
  scratch[BODY_AT + 1] = 0; // the delta of its timestamp
  let at = writeVarint(offsetDelta, BODY_AT + 2);
  at = writeText(key, at);
  if (value === null) {
    at = writeVarint(-1, at);
  } else {
    at = writeVarint(value.length, at);
    scratch.set(value, at);
    at += value.length;
  }
  at = writeVarint(names.length, at);
  for (const name of names) at = writeText(headers[name] as string, writeText(name, at));
  const from = writeLengthBefore(at - BODY_AT, BODY_AT);
  const record = Buffer.allocUnsafe(at - from);
  scratch.copy(record, 0, from, at);
  return record;
}

const isValue = (value: unknown): value is Buffer | null => value === null || Buffer.isBuffer(value);

/** Gives where the next goes. */
function writeVarint(value: number, at: number): number {
  let rest = (value << 1) ^ (value >> 31);
  while ((rest & ~0x7f) !== 0) {
    scratch[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  scratch[at] = rest;
  return at + 1;
}

/** So that it ends before `end`; gives where it begins. */
function writeLengthBefore(value: number, end: number): number {
  let bytes = 1;
  for (let rest = value << 1; (rest & ~0x7f) !== 0; rest >>>= 7) bytes += 1;
  writeVarint(value, end - bytes);
  return end - bytes;
}

/** Length and UTF-8. Short texts without umlauts, as nearly all are, by hand: a call into the runtime costs more. */
function writeText(text: string, at: number): number {
  const { length } = text;
  if (length < 64) {
    let i = 0;
    for (; i < length; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) break;
      scratch[at + 1 + i] = unit;
    }
    if (i === length) {
      scratch[at] = length << 1;
      return at + 1 + length;
    }
  }
  const from = writeVarint(Buffer.byteLength(text), at);
  return from + scratch.write(text, from);
}
