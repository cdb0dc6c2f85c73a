import {
  type ChatMessage,
  type CloudEvent,
  type ConsentUpdate,
  type ParticipantUpdate,
  RapportError,
  type SessionPause,
} from '@rapport-live/protocol';
import { Subscription } from 'rxjs';
import type { DurableRecord } from '../delivery/session-result';
import type { StageClock } from '../facts/meter';
import type { StreamSpec } from '../facts/media-chunk';
import type { Attached, ResumableSession } from '../gateway/resume/resumable-session';
import type { End } from '../pipeline/conversation';
import type { ConversationHost } from '../pipeline/conversation-host';
import type { DoorConversation } from '../pipeline/door-conversation';
import { RawText } from '../redaction/redaction';
import { ACCEPTED, type MediaVerdict } from '../streams/lane';
import type { Line } from '../streams/line';
import type { DeclaredReason, StreamPoint } from '../streams/resume/stream-points';
import type { CallLine } from './door-line';
import { type LostMedia, UnpacedStream } from './unpaced-stream';

/** What a door hears of its call. All but `ended` and `failed` may be left out by protocols that have no shape for it. */
export interface CallEvents {
  /** A durable result, in the order of `seq`. */
  result?(record: DurableRecord): void;
  /** A partial transcript or heartbeat: gone when missed. */
  ephemeral?(event: CloudEvent): void;
  /** The session is over, and all its results are durable and told. Nothing follows. */
  ended(): void;
  /** It cannot go on over this connection. Nothing follows but `ended`, if that. */
  failed(error: RapportError): void;
}

export interface DoorCallParts {
  readonly host: Pick<ConversationHost, 'end'>;
  readonly stageClock: StageClock;
  /** A connection that is lost may be followed by another that goes on: the session waits for it, as our clients' do. */
  readonly onLeft: (call: DoorCall) => void;
}

/**
 * One conversation as a foreign protocol feeds it: the same session that `rapport.v1` has, behind calls instead of messages.
 * Times are media ms since the start of the session. Media is taken by its stamp; seq, byte offsets and credit, which such
 * senders do not know, are kept here.
 */
export class DoorCall implements Attached {
  readonly conversation: DoorConversation;
  private readonly streams = new Map<number, UnpacedStream>();
  private readonly subscriptions = new Subscription();
  private isOver = false;

  constructor(
    private readonly from: CallLine,
    readonly session: ResumableSession,
    specs: readonly StreamSpec[],
    points: readonly Pick<StreamPoint, 'streamId' | 'nextSeq' | 'nextByteOffset' | 'limitBytes'>[],
    private readonly events: CallEvents,
    private readonly parts: DoorCallParts,
  ) {
    this.conversation = session.conversation;
    const byId = new Map(points.map((point) => [point.streamId, point]));
    for (const spec of specs) this.streams.set(spec.streamId, new UnpacedStream(spec, byId.get(spec.streamId)!));
  }

  get sessionId(): string {
    return this.conversation.identity.sessionId;
  }

  get line(): Line | undefined {
    return this.from.probe;
  }

  /** The session clock now, media ms. */
  get mediaMs(): number {
    return this.conversation.mediaMs;
  }

  /** Begins to tell: results after `afterSeq`, then what comes. */
  begin(afterSeq: number): void {
    const { conversation, events, subscriptions } = this;
    subscriptions.add(
      conversation.credits$.subscribe(({ streamId, limitBytes }) => this.streams.get(streamId)?.granted(limitBytes)),
    );
    // The code is enough: the message may name folders of this machine.
    subscriptions.add(
      conversation.failed$.subscribe(({ code }) =>
        events.failed(new RapportError('internal', `The session cannot go on: ${code}.`)),
      ),
    );
    const { ephemeral, result } = events;
    subscriptions.add(
      conversation.results.ephemeral$.subscribe({
        next: (event) => ephemeral?.call(events, event),
        // where no results are read, this is how their end is heard of
        complete: () => result === undefined && this.over(),
      }),
    );
    if (result === undefined) return;
    subscriptions.add(
      conversation.results.records(afterSeq).subscribe({
        next: (record) => result.call(events, record),
        error: (error: unknown) =>
          events.failed(
            error instanceof RapportError ? error : new RapportError('internal', 'Results could not be read.'),
          ),
        complete: () => this.over(),
      }),
    );
  }

  /**
   * Media of one stream at its own time. What outruns the credit is dropped, counted (`credit_exceeded`) and announced as
   * a gap (`buffer_overflow`) in front of what is taken next. `missing`: something before it never came.
   * `breaks`: what is being said ends before it. The bytes are valid during the call only.
   */
  media(streamId: number, ptsMs: number, bytes: Uint8Array, missing = false, breaks = false): MediaVerdict {
    const beganMs = performance.now();
    const stream = this.streamOf(streamId);
    const numbered = stream.take(ptsMs, bytes, missing);
    if (numbered === undefined) {
      this.conversation.dropped('credit_exceeded');
      return ACCEPTED;
    }
    const { seq, byteOffset, lost } = numbered;
    if (lost !== undefined) this.declare(streamId, lost, seq, byteOffset);
    const flags = { init: false, endOfStream: false, discontinuity: breaks };
    const verdict = this.conversation.media({ streamId, seq, ptsMs, byteOffset, ...flags, bytes });
    const endedMs = performance.now();
    this.parts.stageClock.record('receive', endedMs - beganMs);
    this.conversation.spans?.frame('receive', beganMs, endedMs);
    return verdict;
  }

  /** The sender says that this media is lost. Announced at once. */
  lost(streamId: number, fromMs: number, toMs: number, reason: DeclaredReason = 'unknown'): void {
    const { nextSeq, nextByteOffset } = this.streamOf(streamId).next;
    this.declare(streamId, { fromMs, toMs, reason }, nextSeq, nextByteOffset);
  }

  /** A piece of media that is none: counted with those that streams drop. */
  dropped(reason: 'duplicate' | 'payload_invalid' | 'frame_out_of_order'): void {
    this.conversation.dropped(reason);
  }

  endStream(streamId: number): MediaVerdict {
    this.tellLost(streamId, this.streamOf(streamId));
    return this.conversation.endStream(streamId);
  }

  chat({ party, text, ptsMs, messageId }: Pick<ChatMessage, 'party' | 'text' | 'ptsMs' | 'messageId'>): void {
    this.conversation.chat({ party, text: new RawText(text), ptsMs, messageId });
  }

  pause(ptsMs: number, reason: SessionPause['reason']): MediaVerdict {
    return this.conversation.pause(ptsMs, reason);
  }

  unpause(ptsMs: number): MediaVerdict {
    return this.conversation.unpause(ptsMs);
  }

  /** What is said from `atMs` on is in this language, BCP 47. */
  restateLanguage(language: string, atMs: number): void {
    this.conversation.restateLanguage(language, atMs);
  }

  participant(update: Omit<ParticipantUpdate, 'type' | 'ref'>): MediaVerdict {
    return this.conversation.participant({ type: 'participant.update', ...update });
  }

  updateConsent(update: Omit<ConsentUpdate, 'type' | 'ref'>): void {
    this.conversation.updateConsent({ type: 'consent.update', ...update });
    if (!update.consent.analysis) void this.parts.host.end(this.conversation, { reason: 'consent_withdrawn' });
  }

  /** The conversation is over, says its sender. Results go on flowing until `ended`. Idempotent. */
  end(clientReason?: End['clientReason']): void {
    for (const [streamId, stream] of this.streams) this.tellLost(streamId, stream);
    // not awaited: `ended` follows session.ended
    void this.parts.host.end(this.conversation, {
      reason: 'ended',
      ...(clientReason === undefined ? {} : { clientReason }),
    });
  }

  takenOver(): void {
    this.subscriptions.unsubscribe();
    this.events.failed(new RapportError('session_taken_over', 'Another connection has resumed this session.'));
  }

  /** The connection is gone, or is given up: nothing more is told over it. Idempotent. */
  leave(): void {
    if (this.subscriptions.closed) return;
    this.subscriptions.unsubscribe();
    this.parts.onLeft(this);
  }

  private over(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.ended();
  }

  private streamOf(streamId: number): UnpacedStream {
    const stream = this.streams.get(streamId);
    if (stream === undefined) throw new Error(`A door fed stream ${streamId}, which it did not open.`);
    return stream;
  }

  private tellLost(streamId: number, stream: UnpacedStream): void {
    const lost = stream.takeLost();
    if (lost !== undefined) this.declare(streamId, lost, stream.next.nextSeq, stream.next.nextByteOffset);
  }

  private declare(streamId: number, lost: LostMedia, nextSeq: number, nextByteOffset: number): void {
    this.conversation.gap({ streamId, ...lost, nextSeq, nextByteOffset });
  }
}
