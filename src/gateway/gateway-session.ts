import { FrameFlag, decodeFrame, type ChatMessage, type FrameFault, type Limits } from '@rapport-live/protocol';
import type { Subscription } from 'rxjs';
import { RawText } from '../redaction/redaction';
import type { StageClock } from '../facts/meter';
import type { Conversation } from '../pipeline/conversation';
import type { Connection } from './connection';

/** Joins one connection to its conversation: media, chat and ends inwards; results, credit and errors outwards. */
export class GatewaySession {
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly connection: Connection,
    readonly conversation: Conversation,
    limits: Limits,
    stageClock: StageClock,
  ) {
    connection.send({
      type: 'session.ready',
      sessionId: conversation.identity.sessionId,
      epoch: 0,
      credits: [...conversation.initialCredits()],
      limits,
    });
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
      conversation.ephemeral$.subscribe((event) => connection.send({ type: 'ephemeral', event })),
      // The code is enough: the message may name folders of this machine.
      conversation.failed$.subscribe(({ code }) => connection.fail('internal', `The session cannot go on: ${code}.`)),
      // Completes after session.ended: the last thing a client sees.
      conversation.records$.subscribe({
        next: ({ seq, event }) => {
          const beganMs = performance.now();
          connection.send({ type: 'result', seq, event });
          const endedMs = performance.now();
          stageClock.record('send', endedMs - beganMs);
          if (event.traceparent !== undefined) conversation.spans?.sent(event.traceparent, beganMs, endedMs);
        },
        complete: () => connection.close(),
      }),
    );
  }

  chat(message: ChatMessage): void {
    const { party, ptsMs, messageId } = message;
    this.conversation.chat({ party, text: new RawText(message.text), ptsMs, messageId });
  }

  endStream(streamId: number, ref?: string): void {
    const verdict = this.conversation.endStream(streamId);
    if (!verdict.ok) this.connection.fail(verdict.code, verdict.message, ref === undefined ? {} : { ref });
  }

  /** The connection is gone: stop sending. The conversation goes on until it is ended. */
  detach(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.connection.onFrame = () => {};
  }

  private onFrame(bytes: Uint8Array): void {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) {
      this.connection.fail('frame_malformed', describeFault(decoded.fault));
      return;
    }
    const { streamId, seq, ptsUs, byteOffset, flags, payload } = decoded.frame;
    const verdict = this.conversation.media({
      streamId,
      seq,
      ptsMs: ptsUs / 1000,
      byteOffset,
      init: (flags & FrameFlag.init) !== 0,
      endOfStream: (flags & FrameFlag.endOfStream) !== 0,
      discontinuity: (flags & FrameFlag.discontinuity) !== 0,
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
