import { createHash, type Hash } from 'node:crypto';
import type { JobInput, JobKind } from '../../inference/inference-pool';

/** Of a job's kind and input: 16 bytes. The same input has the same one in every process; nothing can be read from it. */
export const FINGERPRINT_BYTES = 16;

/** Of longer arrays, pieces spread evenly over them: all of a window of voice would cost 20 times as much. */
const PIECES = 64;
const PIECE_BYTES = 64;
const pieces = new Uint8Array(PIECES * PIECE_BYTES);

/** SHA-1 finds repeats, nothing trusts it. */
export function fingerprintOf(kind: JobKind, input: JobInput<JobKind>): Buffer {
  const hash = createHash('sha1').update(kind);
  take(hash, input);
  return hash.digest().subarray(0, FINGERPRINT_BYTES);
}

/** Names and values in their order: of two inputs that differ in a name alone, too. */
function take(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    hash.update(`${bytes.length} `).update(bytes.length > pieces.length ? spreadOver(bytes) : bytes);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, part] of Object.entries(value)) {
      hash.update(`${name} `);
      take(hash, part);
    }
  } else hash.update(JSON.stringify(value) ?? '-');
}

function spreadOver(bytes: Uint8Array): Uint8Array {
  const stride = (bytes.length - PIECE_BYTES) / (PIECES - 1);
  for (let piece = 0; piece < PIECES; piece += 1) {
    const at = Math.floor(piece * stride);
    pieces.set(bytes.subarray(at, at + PIECE_BYTES), piece * PIECE_BYTES);
  }
  return pieces;
}
