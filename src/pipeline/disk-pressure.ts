import type { SettledFact } from '../facts/stream-fact';

/**
 * While the disk takes no results, what was worked off is not settled: streams then hand out no more than they have in
 * flight, credit ends, and the sender waits (design, promise 1). In order, and at once when there is room.
 */
export class DiskPressure {
  private readonly held: SettledFact[] = [];
  private isWaiting = false;
  /** How often something was held. */
  private waits = 0;

  constructor(
    /** Of the store. */
    private readonly room: () => Promise<void> | undefined,
    private readonly settle: (fact: SettledFact) => void,
  ) {}

  pass(fact: SettledFact): void {
    if (!this.isWaiting && this.room() === undefined) return this.settle(fact);
    this.held.push(fact);
    if (!this.isWaiting) void this.release();
  }

  /**
   * Whether it ends in time; a time in which the disk took nothing does not count, for nothing may be lost by it.
   * @param wait whether it did within one limit.
   */
  async endsInTime(ended: Promise<void>, wait: () => Promise<boolean>): Promise<boolean> {
    for (;;) {
      const { waits } = this;
      const isInTime = await wait();
      if (isInTime || (waits === this.waits && !this.isWaiting)) return isInTime;
      await Promise.race([this.room(), ended]);
    }
  }

  private async release(): Promise<void> {
    this.isWaiting = true;
    this.waits += 1;
    for (let room = this.room(); room !== undefined; room = this.room()) await room;
    this.isWaiting = false;
    for (const fact of this.held.splice(0)) this.settle(fact);
  }
}
