import {
  type ChatMessage,
  type ClientMessage,
  type ConsentUpdate,
  FrameFlag,
  type Limits,
  type ParticipantUpdate,
  RapportError,
  type ServerMessage,
  type SessionEnd,
  type SessionPause,
  type SessionReady,
  type SessionResume,
  type SessionResumed,
  type StreamOpen,
  type TypedEvent,
} from '@rapport-live/protocol';
import { AckBatch } from './ack-batch';
import { ChatOutbox } from './chat-outbox';
import { type ControlMessage, ControlOutbox } from './control-outbox';
import { Lifeline } from './lifeline';
import { MessageQueue } from './message-queue';
import { type ConnectOptions, readOptions } from './options';
import { ResultLedger } from './result-ledger';
import { EventHub, type SessionEvents } from './session-events';
import { OutgoingStreams } from './outgoing-streams';
import type { StreamPosition } from './replay-buffer';
import type { StreamGap } from './stream-sender';
import type { OpenTransport } from './transport';

/** What the iteration yields: results, ephemeral events and the errors that the service told. */
export type SessionEvent = Extract<ServerMessage, { type: 'result' | 'ephemeral' | 'error' }>;

interface Hold {
  readonly sessionId: string;
  readonly limits: Limits;
  epoch: number;
  /** Absent where the service cannot resume. */
  resumeToken: string | undefined;
  resumeWindowMs: number;
}

/** A live session. Iterate it for results; send media and chat beside that. A lost connection is gone on with. */
export class RapportSession implements AsyncIterable<SessionEvent> {
  private hold: Hold | undefined;
  private readonly streams: OutgoingStreams;
  private readonly events = new EventHub();
  private readonly ledger: ResultLedger;
  private readonly chats: ChatOutbox;
  private readonly controls: ControlOutbox;
  private readonly acks: AckBatch;
  private readonly queue: MessageQueue<SessionEvent>;
  private readonly line: Lifeline;
  private over: Error | undefined;
  /** Once `end` was called: what is to be sent when every stream is. */
  private ending: SessionEnd | undefined;
  private wasEndSent = false;
  private onEndSent: (() => void)[] = [];
  private settle!: { readonly resolve: () => void; readonly reject: (error: Error) => void };
  /** @internal Resolves when the service is ready, rejects when it refuses. */
  readonly ready = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }));

  /** @internal Use `connect`. */
  constructor(
    private readonly options: ConnectOptions,
    open: OpenTransport,
  ) {
    const { bounds, start } = readOptions(options);
    this.ledger = new ResultLedger(bounds.maxRememberedIds);
    this.chats = new ChatOutbox(bounds.maxPendingChats);
    this.controls = new ControlOutbox(bounds.maxPendingControls);
    this.streams = new OutgoingStreams({
      bounds,
      frame: (bytes) => this.line.send(bytes),
      say: (message) => this.line.send(message),
      gap: (gap, next) => this.onGap(gap, next),
      canResume: () => this.canResume,
    });
    this.acks = new AckBatch(bounds, (seq) => this.line.send({ type: 'result.ack', seq }));
    this.queue = new MessageQueue<SessionEvent>(
      bounds.maxUnreadMessages,
      () => this.line.pause(),
      () => this.line.resume(),
      (message) =>
        this.over === undefined && message.type === 'result' && this.canResume && this.acks.onRead(message.seq),
    );
    this.line = new Lifeline(open, options, bounds, {
      nextFirstMessage: () => (this.hold === undefined ? start : this.resumeMessage(this.hold)),
      resumeWindowMs: () => this.hold?.resumeWindowMs ?? 0,
      onMessage: (message) => this.onMessage(message),
      onLost: (loss) => {
        this.streams.detach();
        this.events.emit('reconnecting', loss);
      },
      onOver: (failure) => this.onOver(failure),
    });
    if (options.signal?.aborted === true) this.line.end(options.signal.reason as Error);
    else this.line.dial();
    options.signal?.addEventListener('abort', this.onAbort);
  }

  get sessionId(): string {
    return this.held.sessionId;
  }

  get limits(): Limits {
    return this.held.limits;
  }

  /** False between the loss of a connection and the event `resumed`; what is sent meanwhile waits. */
  get isConnected(): boolean {
    return this.line.isUp;
  }

  /** Media of a stream that waits for credit or for the connection, bytes: who makes media should make less of it. */
  queuedBytes(streamId: number): number {
    return this.streams.of(streamId)?.waitingBytes ?? 0;
  }

  /** Tells of what happens beside the results. Returns what takes the listener off again. */
  on<K extends keyof SessionEvents>(kind: K, listener: (event: SessionEvents[K]) => void): () => void {
    return this.events.on(kind, listener);
  }

  /**
   * Sends one piece of media, in the codec that the stream declared. Resolves when it was sent: it waits for credit,
   * which is how the service slows a sender, and for the connection. `ptsMs` counts from `session.start`; `init`: the
   * payload begins with a container's header, as the first slice of each recording does. `payload` must not change
   * until then. Rejects when the session is over, with the reason of `signal`, and with RapportError `buffer_full` when
   * it was dropped since too much waited.
   */
  send(
    streamId: number,
    payload: Uint8Array,
    ptsMs: number,
    { init = false, signal }: { readonly init?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    return this.streams.push(streamId, payload, ptsMs, init ? FrameFlag.init : 0, signal);
  }

  /** Nothing follows on this stream. */
  endStream(streamId: number, ptsMs: number): Promise<void> {
    return this.streams.push(streamId, new Uint8Array(0), ptsMs, FrameFlag.endOfStream);
  }

  /**
   * A stream that joins the session. Resolves once the service takes it, and media may be sent; rejects with what it is
   * refused with, and when the session is over.
   */
  openStream(stream: StreamOpen['stream']): Promise<void> {
    return this.over === undefined ? this.streams.open(stream) : Promise.reject(this.over);
  }

  /**
   * From `ptsMs` on media and chat are dropped by the service before any buffer. Call it first, then send what is private,
   * or nothing. Answered by `rapport.session.updated` of kind `pause`. Throws when the session is over.
   */
  pause(ptsMs: number, reason: SessionPause['reason']): void {
    this.control({ type: 'session.pause', ptsMs, reason });
  }

  /** From `ptsMs` on they are taken again. Who records into a container: docs/protocol.md, `session.unpause`. */
  unpause(ptsMs: number): void {
    this.control({ type: 'session.unpause', ptsMs });
  }

  /** Consent as it is now, whole. Without `analysis` the session ends at once. */
  updateConsent(consent: ConsentUpdate['consent'], ptsMs?: number): void {
    this.control({ type: 'consent.update', consent, ...(ptsMs === undefined ? {} : { ptsMs }) });
  }

  /** Somebody joined, left, is put on hold. */
  participant(update: Omit<ParticipantUpdate, 'type' | 'ref'>): void {
    this.control({ type: 'participant.update', ...update });
  }

  /**
   * Sends a chat message, and again after a lost connection while its final has not come. Rejects when the session is
   * over, and with RapportError `buffer_full` when too many wait for the connection.
   */
  chat(message: Omit<ChatMessage, 'type' | 'ref'>): Promise<void> {
    const said = ((): Promise<void> => {
      if (this.over !== undefined) return Promise.reject(this.over);
      const full: ChatMessage = { type: 'chat.message', ...message };
      try {
        this.line.send(this.canResume ? this.chats.add(full, this.line.isUp) : full);
        return Promise.resolve();
      } catch (error) {
        return Promise.reject(error as Error);
      }
    })();
    said.catch(() => {}); // who chats need not wait
    return said;
  }

  /**
   * Asks the service to finish once everything is sent; resolves then, or when the session is over. Iterate on until
   * the last result, `rapport.session.ended`.
   */
  end(reason?: SessionEnd['reason']): Promise<void> {
    this.ending ??= { type: 'session.end', reason };
    if (this.wasEndSent || this.over !== undefined) return Promise.resolve();
    const sent = new Promise<void>((resolve) => this.onEndSent.push(resolve));
    this.endWhenSent();
    return sent;
  }

  /** Drops the connection at once, and the session with it. */
  abort(): void {
    this.line.end(new RapportError('session_over', 'The session was aborted.'));
  }

  [Symbol.asyncIterator](): AsyncIterator<SessionEvent> {
    return this.queue;
  }

  private get held(): Hold {
    if (this.hold === undefined) throw new RapportError('session_required', 'The session is not ready yet.');
    return this.hold;
  }

  private get canResume(): boolean {
    return this.hold?.resumeToken !== undefined;
  }

  private readonly onAbort = (): void => this.line.end(this.options.signal!.reason as Error);

  private onMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'session.ready':
        return this.onReady(message);
      case 'session.resumed':
        return this.onResumed(message);
      case 'credit':
        this.streams.credit(message);
        return this.endWhenSent();
      case 'media.acked':
        return this.streams.of(message.streamId)?.acked(message.seq);
      case 'result':
        if (!this.ledger.take(message)) return this.acks.onRead(message.seq);
        this.chats.onEvent(message.event as TypedEvent);
        this.controls.onEvent(message.event as TypedEvent);
        return this.queue.push(message);
      case 'error':
        if (this.streams.refused(message.ref, new RapportError(message.code, message.message)))
          return this.endWhenSent();
        if (message.ref !== undefined) this.controls.onRefused(message.ref);
        return this.queue.push(message);
      case 'ephemeral':
        return this.queue.push(message);
    }
  }

  private onReady({ sessionId, limits, epoch, resumeToken, resumeWindowMs = 0, credits }: SessionReady): void {
    const token = this.options.resume === false ? undefined : resumeToken;
    this.hold = { sessionId, limits, epoch, resumeToken: token, resumeWindowMs };
    this.streams.begin(credits);
    this.settle.resolve();
  }

  /** What the service lacks goes out again: media from where it says, chat without a final, the end. */
  private onResumed(answer: SessionResumed): void {
    const hold = this.held;
    hold.resumeToken = answer.resumeToken;
    hold.resumeWindowMs = answer.resumeWindowMs;
    hold.epoch = answer.epoch;
    const { epoch, tookOver, resultSeq } = answer;
    this.events.emit('resumed', { epoch, tookOver, resultSeq, attempts: this.line.tries });
    this.acks.onTold(this.ledger.lastSeq);
    // First: what is sent again of a pause must not be kept until the word of it comes.
    for (const message of this.controls.resend()) this.line.send(message);
    this.streams.resumed(answer.streams);
    for (const message of this.chats.resend()) this.line.send(message);
    this.wasEndSent = false;
    this.endWhenSent();
  }

  private resumeMessage({ sessionId, resumeToken }: Hold): ClientMessage | undefined {
    if (resumeToken === undefined) return undefined;
    const resume: SessionResume = {
      type: 'session.resume',
      sessionId,
      resumeToken,
      ackedResultSeq: this.ledger.lastSeq,
      streams: this.streams.positions(),
    };
    return resume;
  }

  private onGap(gap: StreamGap, next?: StreamPosition): void {
    // Without resume the service knows no `media.gap`: there the flag `discontinuity` and the time stamps tell.
    if (this.canResume && next !== undefined) {
      this.line.send({ type: 'media.gap', ...gap, nextSeq: next.seq, nextByteOffset: next.byteOffset });
    }
    this.events.emit('gap', gap);
  }

  private control(message: ControlMessage): void {
    if (this.over !== undefined) throw this.over;
    this.line.send(this.canResume ? this.controls.add(message, this.line.isUp) : message);
  }

  private endWhenSent(): void {
    if (this.ending === undefined || !this.line.isUp || this.wasEndSent) return;
    if (!this.streams.areDrained) return;
    this.wasEndSent = true;
    this.line.send(this.ending);
    for (const resolve of this.onEndSent.splice(0)) resolve();
  }

  private onOver(failure: Error | undefined): void {
    this.over = failure ?? new RapportError('session_over', 'The session is over.');
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.acks.close();
    this.streams.close(this.over);
    for (const resolve of this.onEndSent.splice(0)) resolve();
    this.settle.reject(this.over);
    this.queue.end(failure);
  }
}
