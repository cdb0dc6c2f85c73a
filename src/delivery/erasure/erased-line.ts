import { crc32cHex } from '../crc32c';
import type { LogRecord } from '../record-line';

const FILLER = '-';

/**
 * The line that takes the place of an erased record: as long as it was, so that nothing else moves, with a right
 * CRC-32C, its offset and seq, and without its event.
 *
 *     1f3a9c04 {"offset":4711,"seq":1,"topic":"rapport.results","key":"acme/0189...","event":null,"erased":"---..."}
 */
export function encodeErased({ offset, seq, topic, key }: Omit<LogRecord, 'event'>, bytes: number): Buffer {
  const named = `"offset":${offset},"seq":${seq},"topic":${JSON.stringify(topic)},"key":${JSON.stringify(key)}`;
  const [head, tail] = [`{${named},"event":null,"erased":"`, '"}'];
  const fill = bytes - CRC_AND_SPACE - Buffer.byteLength(head) - tail.length - LINE_FEED.length;
  if (fill < 0) throw new Error(`a record of ${bytes} bytes has no room to be marked as erased`);
  const json = Buffer.from(`${head}${FILLER.repeat(fill)}${tail}`);
  return Buffer.concat([Buffer.from(`${crc32cHex(json)} `), json, LINE_FEED]);
}

const CRC_AND_SPACE = 9;
const LINE_FEED = Buffer.from('\n');

/** Its offset is taken, and nothing else is left of it. */
export function isErased(record: LogRecord): boolean {
  return record.event === null;
}
