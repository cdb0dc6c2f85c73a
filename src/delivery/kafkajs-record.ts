import { encodeKafkaRecord, type RecordParts } from './kafka-record';

/** Where kafkajs 2.2.4 (pinned) has the function that encodes one record; its encoders are read by their `buf` and `buffer`. */
export const KAFKAJS_RECORD = 'kafkajs/src/protocol/recordBatch/record/v0';
export type EncodeRecord = (parts: RecordParts) => { readonly buf: Buffer; readonly buffer: Buffer };

/** Ours where it writes such a record, else that of kafkajs. */
export function fasterThan(theirs: EncodeRecord): EncodeRecord {
  return (parts) => {
    const record = encodeKafkaRecord(parts);
    return record === undefined ? theirs(parts) : { buf: record, buffer: record };
  };
}

let isInUse = false;

/**
 * From now on kafkajs encodes records by our function, in the whole process. It asks for its own at the first send, so this comes before.
 * The bytes are the same (a test compares them), so where kafkajs is laid out in another way nothing is lost but the time.
 */
export function useFasterRecords(): void {
  if (isInUse) return;
  isInUse = true;
  try {
    const path = require.resolve(KAFKAJS_RECORD);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- no path of kafkajs' interface
    const theirs = require(path) as EncodeRecord;
    const loaded = require.cache[path];
    if (typeof theirs === 'function' && loaded !== undefined) loaded.exports = fasterThan(theirs);
  } catch {
    // another layout: it goes on with its own
  }
}
