import fc from 'fast-check';
import { decodeRecord, encodeRecord } from '../record-line';
import { encodeErased, isErased } from './erased-line';

describe('the line of an erased record', () => {
  it('is as long as the record was, reads as a record, and has nothing of its event', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.string(), fc.string({ unit: 'grapheme' }), (offset, seq, key, secret) => {
        const place = { offset, seq, topic: 'rapport.results', key };
        // an envelope has 300 bytes and more
        const line = encodeRecord(place, JSON.stringify({ envelope: '.'.repeat(300), data: `secret ${secret}` }));
        const erased = encodeErased(place, line.length);
        expect(erased.length).toBe(line.length);
        const record = decodeRecord(erased.subarray(0, -1))!;
        expect(record).toMatchObject({ ...place, event: null });
        expect(isErased(record)).toBe(true);
        expect(isErased(decodeRecord(line.subarray(0, -1))!)).toBe(false);
        expect(erased.toString()).not.toContain('secret');
      }),
    );
  });

  it('refuses a line that has no room for it', () => {
    expect(() => encodeErased({ offset: 1, seq: 1, topic: 't', key: 'k' }, 40)).toThrow('no room');
  });
});
