/**
 * Numbers used from call to call by one piece of code that keeps none of them. Tens of megabytes a second made afresh are
 * what a worker's garbage collector runs for, though its objects are few.
 */
export class Scratch {
  private memory = new Float32Array(0);

  /** `length` numbers of any value, valid until the next call. */
  take(length: number): Float32Array {
    if (this.memory.length < length) this.memory = new Float32Array(length);
    return this.memory.subarray(0, length);
  }
}
