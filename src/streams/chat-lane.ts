import type { RawText } from '../redaction/redaction';
import type { ChatReceived } from '../facts/stream-fact';
import type { RestoredStreams } from './resume/restored-streams';
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
  /** Ids that senders gave; the oldest go. */
  readonly #ids = new Set<string>();
  #endMs = 0;

  /** @param known messages taken by a process before this one. */
  constructor(
    private readonly options: Pick<StreamOptions, 'maxChatStamps' | 'maxChatIds'>,
    known: RestoredStreams['chat'] = [],
  ) {
    for (const { messageId, ptsMs } of known) {
      remember(this.#ids, messageId, options.maxChatIds);
      remember(this.#stamps, ptsMs, options.maxChatStamps);
    }
  }

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
   * Undefined: a message with its id was there before; it was sent again after a lost connection.
   * @param nowMs session clock in media time: the stamp of what has none, or one that cannot be.
   * @param latestMs the last time stamp that is believed.
   */
  receive(input: ChatInput, nowMs: number, latestMs: number): ChatReceived | undefined {
    if (input.messageId !== undefined && !this.#isNew(input.messageId)) return undefined;
    const given = input.ptsMs ?? nowMs;
    let ptsMs = Math.round(given >= 0 && given <= latestMs ? given : nowMs);
    while (this.#stamps.has(ptsMs)) ptsMs += 1;
    remember(this.#stamps, ptsMs, this.options.maxChatStamps);
    this.#endMs = Math.max(this.#endMs, ptsMs + 1 / 16);
    const { party, text } = input;
    return { kind: 'chat', messageId: input.messageId ?? `chat-${ptsMs}`, party, ptsMs, text };
  }

  #isNew(messageId: string): boolean {
    if (this.#ids.has(messageId)) return false;
    remember(this.#ids, messageId, this.options.maxChatIds);
    return true;
  }
}

/** Of more than `max` the oldest goes. */
function remember<T>(known: Set<T>, value: T, max: number): void {
  known.add(value);
  if (known.size > max) known.delete(known.values().next().value!);
}
