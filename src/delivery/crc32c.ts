/**
 * CRC-32C (Castagnoli; RFC 3720 section 12.1), the checksum that Kafka's own records carry.
 * Node has `zlib.crc32` (another polynomial) only from version 22.
 */
const POLYNOMIAL = 0x82f63b78; // 0x1edc6f41 bit-reversed

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i += 1) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** Eight lower-case hexadecimal digits. */
export function crc32cHex(bytes: Uint8Array): string {
  return crc32c(bytes).toString(16).padStart(8, '0');
}
