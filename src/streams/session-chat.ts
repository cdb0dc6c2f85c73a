import type { ChatReceived } from '../facts/stream-fact';
import { ChatLane, type ChatInput } from './chat-lane';
import { EarlyChat } from './resume/early-chat';
import type { RestoredStreams } from './resume/restored-streams';
import type { SessionIntakes } from './session-intakes';
import type { SessionPause } from './session-pause';
import type { StreamOptions } from './stream-options';

export interface SessionChatParts {
  readonly options: StreamOptions;
  /** Media seconds per wall second that the sender means to send. */
  readonly pace: number;
  readonly pause: Pick<SessionPause, 'dropsChat'>;
  readonly intakes: () => SessionIntakes;
  /** Session clock in media time. */
  readonly mediaMs: (nowMs: number) => number;
  /** How far the session has come, media ms. */
  readonly furthestMs: (nowMs: number) => number;
  readonly take: (fact: ChatReceived) => void;
  readonly dropPaused: () => void;
}

/** The stamp that a message got. */
export interface StampedChat {
  readonly messageId: string;
  readonly ptsMs: number;
}

/** The messages of one session, from what clients send to facts with a time of their own. */
export class SessionChat {
  readonly lane: ChatLane;
  readonly early: EarlyChat;

  constructor(
    private readonly parts: SessionChatParts,
    known?: RestoredStreams['chat'],
  ) {
    const { options, intakes } = parts;
    this.lane = new ChatLane(options, known);
    this.early = new EarlyChat((streamId) => intakes().of(streamId)?.point, options.maxEarlyChats);
  }

  /** Undefined for one that was there before, and for one that waits for its media to come again. */
  receive(input: ChatInput, nowMs: number): StampedChat | undefined {
    const latestMs = this.#latestMs(nowMs);
    return this.early.holds(input, latestMs) ? undefined : this.#stamp(input, nowMs, latestMs);
  }

  /** Those come whose media is there again. Asked in every turn, nearly always for nothing. */
  comeDue(nowMs: number): void {
    if (this.early.none) return;
    for (const input of this.early.take(this.#latestMs(nowMs))) this.#stamp(input, nowMs);
  }

  /** Nothing is waited for any more. */
  comeAll(nowMs: number): void {
    for (const input of this.early.takeAll()) this.#stamp(input, nowMs);
  }

  #stamp(input: ChatInput, nowMs: number, latestMs = this.#latestMs(nowMs)): StampedChat | undefined {
    const { parts } = this;
    const mediaMs = parts.mediaMs(nowMs);
    if (parts.pause.dropsChat(input.ptsMs, mediaMs, latestMs)) {
      parts.dropPaused();
      return { messageId: input.messageId ?? '', ptsMs: input.ptsMs ?? mediaMs };
    }
    const fact = this.lane.receive(input, mediaMs, latestMs);
    if (fact === undefined) return undefined;
    parts.take(fact);
    return { messageId: fact.messageId, ptsMs: fact.ptsMs };
  }

  /** The last time stamp that is believed: it goes by what came, worked off or not. */
  #latestMs(nowMs: number): number {
    const { options, pace, furthestMs, intakes } = this.parts;
    const cameMs = intakes().all.map((intake) => intake.furthestMs);
    return Math.max(furthestMs(nowMs), ...cameMs) + options.maxChatAheadMs * pace;
  }
}
