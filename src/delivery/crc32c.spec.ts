import fc from 'fast-check';
import { crc32c, crc32cHex } from './crc32c';

// RFC 3720 appendix B.4, and the check value of the CRC catalogue ("123456789").
const VECTORS: [string, Uint8Array, number][] = [
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0..31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['31..0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['nothing', new Uint8Array(0), 0],
];

test.each(VECTORS)('crc32c of %s', (_name, bytes, expected) => expect(crc32c(bytes)).toBe(expected));

test('hex keeps leading zeros', () => expect(crc32cHex(new Uint8Array(0))).toBe('00000000'));

test('bytes of any number, at any place in memory, are the same as one after the other', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(10), (bytes, skipped) => {
      let crc = 0xffffffff;
      for (const byte of bytes.subarray(skipped)) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
      }
      expect(crc32c(bytes.subarray(skipped))).toBe((crc ^ 0xffffffff) >>> 0);
    }),
  );
});
