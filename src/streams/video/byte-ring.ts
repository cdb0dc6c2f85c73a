/** A ring of bytes between two threads: one writes and never waits, the other sleeps until there is something. */
export interface SharedRing {
  /** [written, read, ended]: bytes so far modulo 2^32, and whether more will come. */
  readonly state: Int32Array;
  /** A power of two long. */
  readonly bytes: Uint8Array;
}

const WRITTEN = 0;
const READ = 1;
const ENDED = 2;

export function makeRing(capacityBytes: number): SharedRing {
  return {
    state: new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)),
    bytes: new Uint8Array(new SharedArrayBuffer(capacityBytes)),
  };
}

/** Bytes taken of `data`; the rest found no room. */
export function writeSome({ state, bytes }: SharedRing, data: Uint8Array): number {
  const written = Atomics.load(state, WRITTEN);
  const room = bytes.length - ((written - Atomics.load(state, READ)) >>> 0);
  const count = Math.min(room, data.length);
  const at = written & (bytes.length - 1);
  const first = Math.min(count, bytes.length - at);
  bytes.set(data.subarray(0, first), at);
  bytes.set(data.subarray(first, count), 0);
  Atomics.store(state, WRITTEN, (written + count) | 0);
  Atomics.notify(state, WRITTEN);
  return count;
}

export function endRing({ state }: SharedRing): void {
  Atomics.store(state, ENDED, 1);
  Atomics.notify(state, WRITTEN);
}

/** Waits for bytes and copies at most `length` of them; 0 at the end. Blocks its thread. */
export function readSome({ state, bytes }: SharedRing, target: Int8Array, offset: number, length: number): number {
  const read = Atomics.load(state, READ);
  let written = Atomics.load(state, WRITTEN);
  while (written === read) {
    if (Atomics.load(state, ENDED) === 1) return 0;
    // The writer ends without writing, so look now and then.
    Atomics.wait(state, WRITTEN, written, END_POLL_MS);
    written = Atomics.load(state, WRITTEN);
  }
  const count = Math.min((written - read) >>> 0, length);
  const at = read & (bytes.length - 1);
  const first = Math.min(count, bytes.length - at);
  target.set(bytes.subarray(at, at + first), offset);
  target.set(bytes.subarray(0, count - first), offset + first);
  Atomics.store(state, READ, (read + count) | 0);
  return count;
}

const END_POLL_MS = 100;
