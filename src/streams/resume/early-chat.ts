import type { ChatInput } from '../chat-lane';
import type { StreamPoint } from './stream-points';

/**
 * Chat that comes again before its media does. Its time stamp is believed as far as media has come, and after a lost
 * connection, all the more after a restart, less has come than its client had sent: it waits for that, and has the time, and
 * with it the id, that it would have had. Bounded; of more, the newest are stamped as they come.
 */
export class EarlyChat {
  /** The frame of each stream that the client would send next. */
  readonly #sentTo = new Map<number, number>();
  #held: ChatInput[] = [];

  constructor(
    /** Where a stream stands; undefined: it takes nothing more. */
    private readonly pointOf: (streamId: number) => Pick<StreamPoint, 'nextSeq' | 'ended'> | undefined,
    private readonly maxHeld: number,
  ) {}

  /** The client says how far it had sent. */
  sentBefore(streams: readonly Pick<StreamPoint, 'streamId' | 'nextSeq'>[]): void {
    for (const { streamId, nextSeq } of streams) this.#sentTo.set(streamId, nextSeq);
  }

  /** Nothing waits. */
  get none(): boolean {
    return this.#held.length === 0;
  }

  /** Whether it waits. @param latestMs the last time stamp that is believed now. */
  holds(input: ChatInput, latestMs: number): boolean {
    if (input.ptsMs === undefined || input.ptsMs <= latestMs) return false;
    if (this.#held.length >= this.maxHeld || !this.#isBehind()) return false;
    this.#held.push(input);
    return true;
  }

  /** Those that wait no longer, in the order in which they came. */
  take(latestMs: number): readonly ChatInput[] {
    if (this.none) return [];
    const isBehind = this.#isBehind();
    const waits = ({ ptsMs = 0 }: ChatInput): boolean => isBehind && ptsMs > latestMs;
    const taken = this.#held.filter((input) => !waits(input));
    if (taken.length > 0) this.#held = this.#held.filter(waits);
    return taken;
  }

  /** Nothing is waited for any more. */
  takeAll(): readonly ChatInput[] {
    this.#sentTo.clear();
    return this.take(-Infinity);
  }

  clear(): void {
    this.#held = [];
  }

  #isBehind(): boolean {
    for (const [streamId, sentTo] of this.#sentTo) {
      const point = this.pointOf(streamId);
      if (point !== undefined && !point.ended && point.nextSeq < sentTo) return true;
      this.#sentTo.delete(streamId);
    }
    return false;
  }
}
