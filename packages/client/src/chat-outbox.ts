import { type ChatMessage, RapportError, type TypedEvent } from '@rapport-live/protocol';

/**
 * Chat whose final has not come: sent again after a resume, with the same `messageId`, by which the service knows what
 * it has. Bounded: of more, the oldest that was sent before is trusted to have arrived.
 */
export class ChatOutbox {
  private readonly pending = new Map<string, { readonly message: ChatMessage; wasSent: boolean }>();
  private made = 0;

  constructor(private readonly maxPending: number) {}

  get size(): number {
    return this.pending.size;
  }

  /** The message as it is to be sent, with an id. Throws RapportError `buffer_full` when none of them could be sent yet. */
  add(message: ChatMessage, isUp: boolean): ChatMessage {
    const withId = { ...message, messageId: message.messageId ?? `client-${this.made++}` };
    if (this.pending.size >= this.maxPending) {
      const sent = [...this.pending].find(([, { wasSent }]) => wasSent);
      if (sent === undefined) {
        throw new RapportError('buffer_full', `${this.maxPending} chat messages wait for the connection.`);
      }
      this.pending.delete(sent[0]);
    }
    this.pending.set(withId.messageId, { message: withId, wasSent: isUp });
    return withId;
  }

  /** A result that tells what became of a message settles it: its final, or that it was shed. */
  onEvent(event: TypedEvent): void {
    if (event.type === 'rapport.transcript.final') this.pending.delete(event.data.utteranceId);
    else if (event.type === 'rapport.session.updated' && event.data.scope !== undefined) {
      this.pending.delete(event.data.scope);
    }
  }

  /** Everything that may not have arrived, in the order it was said. */
  resend(): ChatMessage[] {
    return [...this.pending.values()].map((entry) => {
      entry.wasSent = true;
      return entry.message;
    });
  }
}
