/**
 * CRC-32C (Castagnoli; RFC 3720 section 12.1), the checksum that Kafka's own records carry.
 * Node has `zlib.crc32` (another polynomial) only from version 22.
 */
const POLYNOMIAL = 0x82f63b78; // 0x1edc6f41 bit-reversed
/** Bytes of a step: slicing-by-8 (Kounavis and Berry, 2005), since the whole log is checked at each start. */
const SLICES = 8;

/** `TABLES[256 * k + byte]`: what the byte adds once k more bytes have followed it. */
const TABLES = new Int32Array(256 * SLICES);
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  TABLES[byte] = crc;
}
for (let at = 256; at < TABLES.length; at += 1) {
  const before = TABLES[at - 256]!;
  TABLES[at] = (before >>> 8) ^ TABLES[before & 0xff]!;
}

/** Of the bytes from `from` to before `to`. */
export function crc32c(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = -1;
  let i = from;
  for (const end = to - SLICES; i <= end; i += SLICES) {
    const head = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      TABLES[1792 + (head & 0xff)]! ^
      TABLES[1536 + ((head >>> 8) & 0xff)]! ^
      TABLES[1280 + ((head >>> 16) & 0xff)]! ^
      TABLES[1024 + (head >>> 24)]! ^
      TABLES[768 + bytes[i + 4]!]! ^
      TABLES[512 + bytes[i + 5]!]! ^
      TABLES[256 + bytes[i + 6]!]! ^
      TABLES[bytes[i + 7]!]!;
  }
  for (; i < to; i += 1) crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[i]!) & 0xff]!;
  return (crc ^ -1) >>> 0;
}

/** Eight lower-case hexadecimal digits. */
export function crc32cHex(bytes: Uint8Array, from?: number, to?: number): string {
  return crc32c(bytes, from, to).toString(16).padStart(8, '0');
}
