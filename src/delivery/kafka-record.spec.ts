import fc from 'fast-check';
import { encodeKafkaRecord, type RecordParts } from './kafka-record';
import { type EncodeRecord, fasterThan, KAFKAJS_RECORD, useFasterRecords } from './kafkajs-record';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const theirs = require(KAFKAJS_RECORD) as EncodeRecord;

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ minLength: 60, maxLength: 70 }),
);
const ours = fc.record({
  offsetDelta: fc.nat({ max: 10_000 }),
  timestampDelta: fc.constant(0),
  key: text,
  value: fc.option(fc.uint8Array({ maxLength: 20_000 }).map((bytes) => Buffer.from(bytes))),
  headers: fc.dictionary(text, text, { maxKeys: 20 }),
});

test('a record is the bytes that kafkajs makes of it', () => {
  const check = (parts: RecordParts) => expect(encodeKafkaRecord(parts)?.equals(theirs(parts).buffer)).toBe(true);
  fc.assert(fc.property(ours, check), { numRuns: 500 });
  // where a length takes one byte more
  for (const length of [63, 64, 127, 128, 8_191, 8_192]) {
    check({ offsetDelta: length, key: 'k', value: Buffer.alloc(length), headers: { name: 'a'.repeat(length) } });
    check({ offsetDelta: 0, key: 'ä'.repeat(length / 2), value: null, headers: { ['a'.repeat(length)]: 'ä' } });
  }
});

test('what is not as we write it is left to kafkajs', () => {
  const plain = { key: 'k', value: Buffer.from('v'), headers: { name: 'text' } };
  const other: RecordParts[] = [
    { ...plain, timestampDelta: 5 },
    { ...plain, key: null },
    { ...plain, key: Buffer.from('k') },
    { ...plain, value: 'v' },
    { ...plain, headers: { name: Buffer.from('text') } },
    { ...plain, headers: { name: ['one', 'two'] } },
    { ...plain, value: Buffer.alloc(70_000) },
  ];
  for (const parts of other) {
    expect(encodeKafkaRecord(parts)).toBeUndefined();
    expect(fasterThan(theirs)(parts).buffer.equals(theirs(parts).buffer)).toBe(true);
  }
  expect(encodeKafkaRecord({ key: 'k', value: plain.value })).toBeUndefined();
});

test('records made before stay as they were', () => {
  const made = [1, 2, 3].map((n) => encodeKafkaRecord({ key: `k${n}`, value: Buffer.from(`v${n}`), headers: {} })!);
  expect(made.map((record) => record.toString('latin1').replace(/[^kv1-3]/g, ''))).toEqual(['k1v1', 'k2v2', 'k3v3']);
});

test('kafkajs takes it in place of its own', () => {
  useFasterRecords();
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  expect(require(KAFKAJS_RECORD)).not.toBe(theirs);
});
