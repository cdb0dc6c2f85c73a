import {
  FrameFlag,
  RapportError,
  decodeFrame,
  type ChatMessage,
  type ConsentUpdate,
  type FrameFault,
  type MediaGap,
  type ParticipantUpdate,
  type SessionPause,
  type SessionResume,
  type SessionUnpause,
} from '@rapport-live/protocol';
import type { Subscription } from 'rxjs';
import { RawText } from '../redaction/redaction';
import type { StageClock } from '../facts/meter';
import type { DoorConversation } from '../pipeline/door-conversation';
import type { MediaVerdict } from '../streams/lane';
import type { Line } from '../streams/line';
import type { Connection } from './connection';
import type { Attached, ResumableSession } from './resume/resumable-session';

/**
 * Joins one connection to its conversation: media, chat and ends inwards; results, credit, acknowledgements and errors
 * outwards. A conversation may have several of them, one after another.
 */
export class GatewaySession implements Attached {
  private readonly subscriptions: Subscription[] = [];

  constructor(
    readonly connection: Connection,
    readonly session: ResumableSession,
    private readonly stageClock: StageClock,
  ) {}

  get conversation(): DoorConversation {
    return this.session.conversation;
  }

  get line(): Line {
    return this.connection.probe;
  }

  takenOver(): void {
    this.connection.fail('session_taken_over', 'Another connection has resumed this session.');
  }

  /**
   * Begins to tell and to take: results after `afterSeq`, those up to `replayTo` first, then what else there is.
   * The answer to the client is sent before.
   */
  begin(afterSeq: number, replayTo: number): void {
    const { connection, conversation, stageClock } = this;
    connection.onFrame = (bytes) => {
      const beganMs = performance.now();
      this.onFrame(bytes);
      const endedMs = performance.now();
      stageClock.record('receive', endedMs - beganMs);
      conversation.spans?.frame('receive', beganMs, endedMs);
    };
    this.subscriptions.push(
      conversation.credits$.subscribe(({ streamId, limitBytes }) =>
        connection.send({ type: 'credit', streamId, limitBytes }),
      ),
      conversation.results.acked$.subscribe(({ streamId, seq }) =>
        connection.send({ type: 'media.acked', streamId, seq }),
      ),
      // The code is enough: the message may name folders of this machine.
      conversation.failed$.subscribe(({ code }) => connection.fail('internal', `The session cannot go on: ${code}.`)),
    );
    // A connection that broke may have taken them along; the next comes only when they have moved on.
    for (const { streamId, seq } of conversation.results.toldAcks()) {
      connection.send({ type: 'media.acked', streamId, seq });
    }
    let isReplayed = afterSeq >= replayTo;
    if (isReplayed) this.goLive();
    // Completes after session.ended: the last thing a client sees.
    this.subscriptions.push(
      conversation.results.records(afterSeq).subscribe({
        next: (record) => {
          const { seq, event } = record;
          const beganMs = performance.now();
          connection.sendResult(record);
          const endedMs = performance.now();
          stageClock.record('send', endedMs - beganMs);
          if (event.traceparent !== undefined) conversation.spans?.sent(event.traceparent, beganMs, endedMs);
          if (isReplayed || seq < replayTo) return;
          isReplayed = true;
          this.goLive();
        },
        error: (error: unknown) =>
          error instanceof RapportError
            ? connection.fail(error.code, error.message)
            : connection.fail('internal', 'Results could not be read.'),
        complete: () => connection.close(),
      }),
    );
  }

  /** Partials that were missed, then what comes. */
  private goLive(): void {
    const { connection, conversation } = this;
    for (const event of conversation.results.openPartials()) connection.send({ type: 'ephemeral', event });
    this.subscriptions.push(
      conversation.results.ephemeral$.subscribe((event) => connection.send({ type: 'ephemeral', event })),
    );
  }

  chat(message: ChatMessage): void {
    const { party, ptsMs, messageId } = message;
    this.conversation.chat({ party, text: new RawText(message.text), ptsMs, messageId });
  }

  endStream(streamId: number, ref?: string): void {
    this.answer(this.conversation.endStream(streamId), ref);
  }

  gap({ streamId, fromPtsMs: fromMs, toPtsMs: toMs, nextSeq, nextByteOffset, reason, ref }: MediaGap): void {
    this.answer(this.conversation.gap({ streamId, fromMs, toMs, nextSeq, nextByteOffset, reason }), ref);
  }

  /** What a client that comes back had sent, and what of it it has lost: nothing of that is asked for. */
  takeUp(streams: NonNullable<SessionResume['streams']>): void {
    this.conversation.sentBefore(streams);
    const points = new Map(this.conversation.points().map((point) => [point.streamId, point]));
    for (const { streamId, oldestSeq: nextSeq, oldestByteOffset: nextByteOffset } of streams) {
      const point = points.get(streamId);
      if (point === undefined || point.ended || nextSeq <= point.nextSeq) continue;
      this.conversation.skipTo({ streamId, nextSeq, nextByteOffset });
    }
  }

  /** The client has said something: it has its token. */
  heard(): void {
    this.session.tokens.confirm();
  }

  /** The client has stored this result and all before it. */
  ackResult(seq: number): void {
    const { resultSeq } = this.conversation.results;
    if (seq > resultSeq) {
      throw new RapportError('invalid_message', `result.ack: seq ${seq} is beyond the last result, ${resultSeq}.`);
    }
    this.session.ackedSeq = Math.max(this.session.ackedSeq, seq);
  }

  pause({ ptsMs, reason, ref }: SessionPause): void {
    this.answer(this.conversation.pause(ptsMs, reason), ref);
  }

  unpause({ ptsMs, ref }: SessionUnpause): void {
    this.answer(this.conversation.unpause(ptsMs), ref);
  }

  /** The connection is gone: stop sending. The conversation goes on until it is ended. */
  detach(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.connection.onFrame = () => {};
  }

  updateConsent(update: ConsentUpdate): void {
    this.conversation.updateConsent(update);
  }

  participant(update: ParticipantUpdate): void {
    this.answer(this.conversation.participant(update), update.ref);
  }

  private answer(verdict: MediaVerdict, ref: string | undefined): void {
    if (!verdict.ok) this.connection.fail(verdict.code, verdict.message, ref === undefined ? {} : { ref });
  }

  private onFrame(bytes: Uint8Array): void {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) {
      this.connection.fail('frame_malformed', describeFault(decoded.fault));
      return;
    }
    this.heard();
    const { streamId, seq, ptsUs, byteOffset, flags, payload } = decoded.frame;
    const verdict = this.conversation.media({
      streamId,
      seq,
      ptsMs: ptsUs / 1000,
      byteOffset,
      init: (flags & FrameFlag.init) !== 0,
      endOfStream: (flags & FrameFlag.endOfStream) !== 0,
      discontinuity: (flags & FrameFlag.discontinuity) !== 0,
      retransmit: (flags & FrameFlag.retransmit) !== 0,
      bytes: payload,
    });
    if (!verdict.ok) this.connection.fail(verdict.code, verdict.message, { streamId, seq });
  }
}

function describeFault(fault: FrameFault): string {
  switch (fault.kind) {
    case 'too_short':
      return `A binary message of ${fault.bytes} bytes is shorter than the header of 24.`;
    case 'version':
      return `A frame has version ${fault.version}, not 1.`;
    case 'flags':
      return `A frame has undefined flag bits: 0x${fault.flags.toString(16)}.`;
    case 'range':
      return `A frame's ${fault.field} is above 2^53 - 1.`;
  }
}
