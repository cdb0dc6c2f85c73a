/** CRC of `bits` bits, most significant first, from 0 (RFC 9639, 9.1.8 and 9.3). */
function crc(bytes: ArrayLike<number>, bits: 8 | 16, polynomial: number): number {
  const top = 1 << (bits - 1);
  const mask = 2 ** bits - 1;
  let value = 0;
  for (let i = 0; i < bytes.length; i += 1) {
    value ^= bytes[i]! << (bits - 8);
    for (let bit = 0; bit < 8; bit += 1) value = ((value & top) === 0 ? value << 1 : (value << 1) ^ polynomial) & mask;
  }
  return value;
}

const BLOCK = 1024;

/** PCM16 at 16 kHz as FLAC without any compression: verbatim subframes of 1,024 samples (RFC 9639, 9.2.2). */
export function flacFile(channels: readonly Int16Array[]): Uint8Array {
  const { length } = channels[0]!;
  const info = Buffer.alloc(34);
  info.writeUInt16BE(BLOCK, 0);
  info.writeUInt16BE(BLOCK, 2);
  info.writeUInt32BE(((16_000 << 12) | ((channels.length - 1) << 9) | (15 << 4)) >>> 0, 10);
  info.writeUInt32BE(length, 14);
  const parts = [Buffer.from('fLaC'), Buffer.of(0x80, 0, 0, 34), info];
  for (let frame = 0; frame * BLOCK < length; frame += 1) {
    const count = Math.min(BLOCK, length - frame * BLOCK);
    // sync, fixed block size; 16 bits of size behind the number; 16 kHz, channels, 16 bits
    const head = [0xff, 0xf8, 0x75, ((channels.length - 1) << 4) | 8, ...Buffer.from(String.fromCodePoint(frame))];
    head.push((count - 1) >> 8, (count - 1) & 255);
    const body = [...head, crc(head, 8, 0x07)];
    for (const samples of channels) {
      body.push(0x02);
      for (const sample of samples.subarray(frame * BLOCK, frame * BLOCK + count))
        body.push((sample >> 8) & 255, sample & 255);
    }
    const check = crc(body, 16, 0x8005);
    parts.push(Buffer.from([...body, check >> 8, check & 255]));
  }
  return Buffer.concat(parts);
}
