import fc from 'fast-check';
import { decodeHeader, decodeLines, decodeRecord, encodeHeader, encodeRecord, MAX_HEADER_BYTES } from './record-line';

const LOG = '0b7e3d5a-1c2d-4e3f-8a4b-5c6d7e8f9a0b';
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

describe('a header', () => {
  const header = encodeHeader(4711, LOG);

  test('is ours, of this version or of the first', () => {
    expect(header.toString()).toBe(`rapport-outbox 2 4711 ${LOG}\n`);
    const read = decodeHeader(Buffer.concat([header, Buffer.from('x')]), 4711);
    expect(read).toEqual({ kind: 'ok', version: 2, logId: LOG, bytes: header.length });
    expect(header.length).toBeLessThan(MAX_HEADER_BYTES);
    const first = decodeHeader(Buffer.from('rapport-outbox 1 4711\n{"'), 4711);
    expect(first).toEqual({ kind: 'ok', version: 1, logId: undefined, bytes: 22 });
  });

  test('is torn where the process died while it made the file', () => {
    for (let n = 0; n < header.length; n += 1) expect(decodeHeader(header.subarray(0, n), 4711).kind).toBe('torn');
    const first = Buffer.from('rapport-outbox 1 4711');
    for (let n = 0; n <= first.length; n += 1) expect(decodeHeader(first.subarray(0, n), 4711).kind).toBe('torn');
  });

  test.each([
    ['rapport-outbox 3 4711 x y\n', 'has format version 3, this program reads 1 and 2'],
    ['rapport-outbox 5\n', 'has format version 5, this program reads 1 and 2'],
    ['rapport-outbox 1 4711 more\n', 'has a damaged header'],
    ['rapport-outbox 2 4711 0b7e3d5a\n', 'has a damaged header'],
    ['rapport-outbox 2 5 x\n', 'says it begins at 5'],
    ['hello', 'has no header'],
    [`rapport-outbox 2 4711 ${'x'.repeat(200)}\n`, 'has no header'],
  ])('%j is refused with the reason', (text, reason) => {
    expect(decodeHeader(Buffer.from(text), 4711)).toEqual({ kind: 'foreign', reason });
  });
});
