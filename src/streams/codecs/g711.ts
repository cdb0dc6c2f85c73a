/**
 * G.711 by tables: ITU-T G.711 (11/88), tables 1a to 2b, as 16-bit linear samples. Every byte is a valid sample.
 */
export type G711Law = 'mulaw' | 'alaw';

export function g711Table(law: G711Law): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => (law === 'mulaw' ? fromMulaw(code) : fromAlaw(code)));
}

/** Bias of 33 steps of 14 bits, here at 16 bits. */
const MULAW_BIAS = 33 << 2;

/** All bits are sent inverted; sign, 3 bits of segment, 4 bits within it. */
function fromMulaw(code: number): number {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + MULAW_BIAS) << ((bits >> 4) & 7)) - MULAW_BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}

/** Even bits are sent inverted; a set sign bit is positive. */
function fromAlaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}
