/**
 * How far a stream may send: an absolute byte offset, raised by the server. Duplicated or reordered credits do no
 * harm, since only the largest counts.
 */
export class CreditGate {
  private limitBytes: number;
  private sentBytes = 0;
  private waiting: (() => void)[] = [];
  private closedWith: Error | undefined;

  constructor(initialLimitBytes: number) {
    this.limitBytes = initialLimitBytes;
  }

  /** Payload bytes taken so far: the byteOffset of the next frame. */
  get offset(): number {
    return this.sentBytes;
  }

  raise(limitBytes: number): void {
    if (limitBytes <= this.limitBytes) return;
    this.limitBytes = limitBytes;
    this.wake();
  }

  /** Takes credit when there is enough; the caller then sends at once. Throws when the session is over. */
  tryTake(bytes: number): boolean {
    if (this.closedWith !== undefined) throw this.closedWith;
    if (this.sentBytes + bytes > this.limitBytes) return false;
    this.sentBytes += bytes;
    return true;
  }

  /** Resolves when credit was raised since the call; rejects when the session is over. */
  raised(): Promise<void> {
    if (this.closedWith !== undefined) return Promise.reject(this.closedWith);
    return new Promise((resolve, reject) => {
      this.waiting.push(() => (this.closedWith === undefined ? resolve() : reject(this.closedWith)));
    });
  }

  close(reason: Error): void {
    this.closedWith = reason;
    this.wake();
  }

  private wake(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resume of waiting) resume();
  }
}
