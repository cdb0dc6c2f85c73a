import fc from 'fast-check';
import { decodeHeader, decodeLines, decodeRecord, encodeHeader, encodeRecord } from './record-line';

const place = { offset: 7, seq: 2, topic: 'rapport.results', key: 'acme/s' };

test('any event comes back as it was, on one line', () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, key) => {
      const line = encodeRecord({ ...place, key }, json);
      expect(line.indexOf(0x0a)).toBe(line.length - 1);
      expect(decodeRecord(line.subarray(0, -1))).toEqual({ ...place, key, event: JSON.parse(json) });
    }),
  );
});

test('one flipped bit anywhere is noticed', () => {
  const line = encodeRecord(place, '{"id":"a"}').subarray(0, -1);
  for (let bit = 0; bit < line.length * 8; bit += 1) {
    const changed = Buffer.from(line);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    expect(decodeRecord(changed)).toBeNull();
  }
});

test('lines end at the first that is not a record, or at the beginning of one', () => {
  const one = encodeRecord(place, '{"n":1}');
  const two = encodeRecord({ ...place, offset: 8 }, '{"n":2}');
  expect(decodeLines(Buffer.concat([one, two]))).toMatchObject({ end: one.length + two.length, damaged: false });
  const torn = decodeLines(Buffer.concat([one, two.subarray(0, -1)]));
  expect(torn).toMatchObject({ end: one.length, damaged: false });
  expect(torn.records.map((r) => r.record.offset)).toEqual([7]);
  expect(decodeLines(Buffer.concat([one, Buffer.from('\0\0\n'), two]))).toMatchObject({
    end: one.length,
    damaged: true,
  });
});

test('a header is ours, torn, or foreign with the reason', () => {
  const header = encodeHeader(4711);
  expect(header.toString()).toBe('rapport-outbox 1 4711\n');
  expect(decodeHeader(Buffer.concat([header, Buffer.from('x')]), 4711)).toEqual({
    kind: 'ok',
    baseOffset: 4711,
    bytes: header.length,
  });
  for (let n = 0; n < header.length; n += 1) expect(decodeHeader(header.subarray(0, n), 4711).kind).toBe('torn');
  expect(decodeHeader(Buffer.from('rapport-outbox 2 4711\n'), 4711)).toEqual({
    kind: 'foreign',
    reason: 'has format version 2, this program reads 1',
  });
  expect(decodeHeader(header, 5).kind).toBe('foreign');
  expect(decodeHeader(Buffer.from('hello'), 4711).kind).toBe('foreign');
});
