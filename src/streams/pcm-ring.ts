import { RingMemory } from './ring-memory';

/**
 * The last PCM of one voice stream, 16-bit mono, addressed by ordinal: the count of samples accepted on the stream
 * before this one. Ordinals have no gaps whatever the time stamps say, so a jump in time costs no memory.
 * Taken once; a frame is copied into it once. Little-endian hosts only (all that Node's binaries target but s390x).
 */
export class PcmRing {
  /** Taken with the first sample: a hundred sessions that begin at once, and say nothing yet, cost no hundred megabytes. */
  #samples: Int16Array = new Int16Array(0);
  #bytes: Uint8Array = new Uint8Array(0);
  #capacity: number;
  #head = 0;

  /** @param capacity samples */
  constructor(
    capacity: number,
    private readonly memory = new RingMemory(0),
  ) {
    this.#capacity = capacity;
  }

  /** Gives its memory back; from then on it holds nothing and takes nothing. */
  release(): void {
    if (this.#samples.length > 0) this.memory.giveBack(this.#samples);
    this.#capacity = 0;
    this.#samples = new Int16Array(0);
    this.#bytes = new Uint8Array(0);
  }

  /** Ordinal of the next sample to come. */
  get head(): number {
    return this.#head;
  }

  /** `pcm16le` bytes of any alignment, an even number and at most the capacity. The oldest samples go. */
  write(bytes: Uint8Array): void {
    const count = bytes.length >> 1;
    if (bytes.length % 2 !== 0 || count > this.#capacity) throw new RangeError(`cannot write ${bytes.length} bytes`);
    if (count === 0) return;
    if (this.#samples.length === 0) this.#take();
    const at = this.#head % this.#capacity;
    const first = Math.min(count, this.#capacity - at);
    this.#bytes.set(first === count ? bytes : bytes.subarray(0, first * 2), at * 2);
    if (first < count) this.#bytes.set(bytes.subarray(first * 2), 0);
    this.#head += count;
  }

  /** Ordinal of the oldest sample that is still there. */
  get oldest(): number {
    return Math.max(0, this.#head - this.#capacity);
  }

  /** Zeros in the place of samples that nobody may hear. */
  erase(from: number, count: number): void {
    const at = this.#locate(from, count);
    const first = Math.min(count, this.#capacity - at);
    this.#samples.fill(0, at, at + first);
    if (first < count) this.#samples.fill(0, 0, count - first);
  }

  copy(from: number, count: number, out: Int16Array, outAt: number): void {
    const at = this.#locate(from, count);
    const first = Math.min(count, this.#capacity - at);
    out.set(this.#samples.subarray(at, at + first), outAt);
    if (first < count) out.set(this.#samples.subarray(0, count - first), outAt + first);
  }

  /** As `copy`, in [-1, 1). */
  copyFloat(from: number, count: number, out: Float32Array, outAt: number): void {
    const at = this.#locate(from, count);
    const first = Math.min(count, this.#capacity - at);
    toFloat(this.#samples, at, first, out, outAt);
    if (first < count) toFloat(this.#samples, 0, count - first, out, outAt + first);
  }

  /** Sum of squared samples. */
  energy(from: number, count: number): number {
    const at = this.#locate(from, count);
    const first = Math.min(count, this.#capacity - at);
    const sum = energyOf(this.#samples, at, first);
    return first === count ? sum : sum + energyOf(this.#samples, 0, count - first);
  }

  #take(): void {
    this.#samples = this.memory.take(this.#capacity);
    this.#bytes = new Uint8Array(this.#samples.buffer);
  }

  #locate(from: number, count: number): number {
    if (from < 0 || from < this.#head - this.#capacity || from + count > this.#head) {
      throw new RangeError(`samples ${from}+${count} are not in the ring that ends at ${this.#head}`);
    }
    return from % this.#capacity;
  }
}

/** These two see every sample of every stream: without a look at the ring's end for each, a quarter less. */
function toFloat(samples: Int16Array, from: number, count: number, out: Float32Array, outAt: number): void {
  for (let i = 0; i < count; i += 1) out[outAt + i] = samples[from + i]! / 32768;
}

function energyOf(samples: Int16Array, from: number, count: number): number {
  let sum = 0;
  for (let at = from; at < from + count; at += 1) sum += samples[at]! * samples[at]!;
  return sum;
}
