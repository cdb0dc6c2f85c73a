// The sound of one party of one session: its turns, and a room's noise between them.
import { seeded } from './random.mjs';

const SAMPLES_PER_MS = 16;
/** Above the level at which the service needs no model (-60 dBFS): a line is never digitally silent. */
const NOISE_DBFS = -50;
const NOISE_SAMPLES = 5 * 16_000;

let noise;
function roomNoise() {
  if (noise !== undefined) return noise;
  const random = seeded(7);
  // uniform noise of amplitude a has an RMS of a / sqrt(3)
  const amplitude = 32768 * 10 ** (NOISE_DBFS / 20) * Math.sqrt(3);
  noise = Int16Array.from({ length: NOISE_SAMPLES }, () => Math.round((2 * random.uniform() - 1) * amplitude));
  return noise;
}

/** PCM16 bytes of `lengthMs` from `fromMs` on. `turns` of this party with their `samples`, in order. */
export function pieceOf(turns, fromMs, lengthMs) {
  const piece = new Int16Array(lengthMs * SAMPLES_PER_MS);
  const from = Math.round(fromMs * SAMPLES_PER_MS);
  const background = roomNoise();
  for (let i = 0; i < piece.length; i++) piece[i] = background[(from + i) % NOISE_SAMPLES];
  for (const { startMs, samples } of turns) {
    const at = Math.round(startMs * SAMPLES_PER_MS) - from;
    if (at >= piece.length) break;
    if (at + samples.length <= 0) continue;
    const part = samples.subarray(Math.max(0, -at), Math.min(samples.length, piece.length - at));
    piece.set(part, Math.max(0, at));
  }
  return new Uint8Array(piece.buffer);
}
