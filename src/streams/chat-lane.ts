import type { RawText } from '../redaction/redaction';
import type { ChatReceived } from '../facts/stream-fact';
import type { StreamOptions } from './stream-options';

export interface ChatInput {
  readonly party: 'customer' | 'agent';
  readonly text: RawText;
  /** Media ms; absent: stamped on arrival. */
  readonly ptsMs?: number | undefined;
  readonly messageId?: string | undefined;
}

/** Stamps chat once, on arrival, with a whole millisecond that no other message of the session has. */
export class ChatLane {
  /** In order of arrival; the oldest go. */
  readonly #stamps = new Set<number>();
  #endMs = 0;

  constructor(private readonly options: Pick<StreamOptions, 'maxChatStamps'>) {}

  /** End of the furthest message. */
  get endMs(): number {
    return this.#endMs;
  }

  /** Time of the first message at or behind `fromMs`, or Infinity. */
  nextContentMs(fromMs: number): number {
    let first = Infinity;
    for (const stamp of this.#stamps) if (stamp >= fromMs && stamp < first) first = stamp;
    return first;
  }

  release(): void {}

  /**
   * @param nowMs session clock in media time: the stamp of what has none, or one that cannot be.
   * @param latestMs the last time stamp that is believed.
   */
  receive(input: ChatInput, nowMs: number, latestMs: number): ChatReceived {
    const given = input.ptsMs ?? nowMs;
    let ptsMs = Math.round(given >= 0 && given <= latestMs ? given : nowMs);
    while (this.#stamps.has(ptsMs)) ptsMs += 1;
    this.#stamps.add(ptsMs);
    if (this.#stamps.size > this.options.maxChatStamps) {
      for (const oldest of this.#stamps) {
        this.#stamps.delete(oldest);
        break;
      }
    }
    this.#endMs = Math.max(this.#endMs, ptsMs + 1 / 16);
    const { party, text } = input;
    return { kind: 'chat', messageId: input.messageId ?? `chat-${ptsMs}`, party, ptsMs, text };
  }
}
