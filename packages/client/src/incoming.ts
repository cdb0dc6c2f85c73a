import type { ServerMessage, TypedEvent } from '@rapport-live/protocol';
import { AckBatch } from './ack-batch';
import { MessageQueue } from './message-queue';
import type { ClientBounds } from './options';
import { ResultLedger } from './result-ledger';
import { EventHub, type SessionEvent, type SessionEvents } from './session-events';

type Result = Extract<ServerMessage, { type: 'result' }>;

export interface IncomingParts {
  /** Everything up to this seq was read. */
  readonly ack: (seq: number) => void;
  readonly wantsAcks: () => boolean;
  /** The reader is behind by the bound, and is not any more. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** What a session hears: results, each once, to who listens and to who iterates, and their acknowledgement. */
export class Incoming {
  readonly queue: MessageQueue<SessionEvent>;
  private readonly events = new EventHub();
  private readonly ledger: ResultLedger;
  private readonly acks: AckBatch;

  constructor(bounds: ClientBounds, parts: IncomingParts) {
    this.ledger = new ResultLedger(bounds.maxRememberedIds);
    this.acks = new AckBatch(bounds, parts.ack);
    this.queue = new MessageQueue<SessionEvent>(
      bounds.maxUnreadMessages,
      parts.pause,
      parts.resume,
      (message) => message.type === 'result' && parts.wantsAcks() && this.acks.onRead(message.seq),
    );
  }

  /** The last result taken; results before it have all come. */
  get lastSeq(): number {
    return this.ledger.lastSeq;
  }

  /** False for a result that came before. */
  take(result: Result): boolean {
    const isNew = this.ledger.take(result);
    if (!isNew) this.acks.onRead(result.seq);
    return isNew;
  }

  give(message: SessionEvent): void {
    if (message.type === 'error') this.events.emit('error', message);
    else this.emit(message.event);
    // Who listens need not iterate: for them the queue must not stop the connection.
    if (this.events.hearsResults) this.queue.pushForgetful(message);
    else this.queue.push(message);
  }

  on<K extends keyof SessionEvents>(
    kind: K,
    listener: (event: SessionEvents[K]) => void,
    signal?: AbortSignal,
  ): () => void {
    return this.events.on(kind, listener, signal);
  }

  tell<K extends keyof SessionEvents>(kind: K, event: SessionEvents[K]): void {
    this.events.emit(kind, event);
  }

  /** Media was sent. */
  onSent(): void {
    this.acks.onSent();
  }

  /** `session.resume` has said what was taken. */
  onResumed(): void {
    this.acks.onTold(this.ledger.lastSeq);
  }

  end(failure: Error | undefined): void {
    this.acks.close();
    this.events.emit('over', { failure });
    this.queue.end(failure);
  }

  private emit(event: TypedEvent): void {
    this.events.emit(event.type, event as never);
  }
}
