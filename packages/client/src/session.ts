import {
  type ChatMessage,
  type ConsentUpdate,
  FrameFlag,
  type Limits,
  type ParticipantUpdate,
  RapportError,
  type SessionEnd,
  type SessionPause,
  type StreamDescription,
} from '@rapport-live/protocol';
import type { MediaSource } from './capture/browser';
import { type CameraOptions, attachCamera } from './capture/camera';
import type { Capture } from './capture/capture';
import { LiveMedia } from './capture/live-media';
import { type MicrophoneOptions, attachMicrophone } from './capture/microphone';
import { Dialogue } from './dialogue';
import { Incoming } from './incoming';
import { Lifeline } from './lifeline';
import { type ConnectOptions, readOptions } from './options';
import { Outgoing } from './outgoing';
import type { StreamPosition } from './replay-buffer';
import type { SessionEvent, SessionEvents } from './session-events';
import { SessionHold } from './session-hold';
import type { StreamGap } from './stream-sender';
import type { OpenTransport } from './transport';

/** Withdraws a call, or gives up waiting for it: it rejects with the reason of the signal. */
export interface Withdrawable {
  readonly signal?: AbortSignal;
}

/** A live session. Iterate it for results, or listen; send media and chat beside that. A lost connection is gone on with. */
export class RapportSession implements AsyncIterable<SessionEvent> {
  private readonly hold: SessionHold;
  private readonly incoming: Incoming;
  private readonly outgoing: Outgoing;
  private readonly line: Lifeline;
  private readonly live: LiveMedia;
  private readonly dialogue: Dialogue;
  private over: Error | undefined;
  private settle!: { readonly resolve: () => void; readonly reject: (error: Error) => void };
  /** @internal Resolves when the service is ready, rejects when it refuses. */
  readonly ready = new Promise<void>((resolve, reject) => (this.settle = { resolve, reject }));

  /** @internal Use `connect`. */
  constructor(
    private readonly options: ConnectOptions,
    open: OpenTransport,
  ) {
    const { bounds, start } = readOptions(options);
    this.hold = new SessionHold(options.resume !== false);
    this.incoming = new Incoming(bounds, {
      ack: (seq) => this.line.send({ type: 'result.ack', seq }),
      wantsAcks: () => this.over === undefined && this.hold.canResume,
      pause: () => this.line.pause(),
      resume: () => this.line.resume(),
    });
    this.outgoing = new Outgoing({
      bounds,
      send: (data) => {
        this.line.send(data);
        if (data instanceof Uint8Array) this.incoming.onSent();
      },
      isUp: () => this.line.isUp,
      gap: (gap, next) => this.onGap(gap, next),
      pressure: (streamId, queuedBytes, isHigh) => this.incoming.tell('pressure', { streamId, queuedBytes, isHigh }),
      canResume: () => this.hold.canResume,
    });
    this.line = new Lifeline(open, options, bounds, {
      nextFirstMessage: () =>
        this.hold.isReady ? this.hold.resumeMessage(this.incoming.lastSeq, this.outgoing.streams.positions()) : start,
      resumeWindowMs: () => this.hold.resumeWindowMs,
      onMessage: (message) => this.dialogue.take(message),
      onLost: (loss) => {
        this.outgoing.streams.detach();
        this.incoming.tell('reconnecting', loss);
      },
      onOver: (failure) => this.onOver(failure),
    });
    this.live = new LiveMedia(start.streams ?? [], {
      streams: this.outgoing.streams,
      bufferedBytes: () => this.line.bufferedBytes,
      openStream: (stream, signal) => this.openStream(stream, { signal }),
      askClock: () => this.line.send({ type: 'ping' }),
      changed: (change) => this.incoming.tell('capture', change),
      onOver: (listener) => this.incoming.on('over', listener),
    });
    const { hold, incoming, outgoing, live } = this;
    this.dialogue = new Dialogue({
      ...{ hold, incoming, outgoing, live },
      tries: () => this.line.tries,
      onReady: () => this.settle.resolve(),
    });
    if (options.signal?.aborted === true) this.line.end(options.signal.reason as Error);
    else this.line.dial();
    options.signal?.addEventListener('abort', this.onAbort);
  }

  get sessionId(): string {
    return this.hold.sessionId;
  }

  get limits(): Limits {
    return this.hold.limits;
  }

  /** Media time now, ms since the session began: what is stamped for live media. */
  get mediaMs(): number {
    return this.live.nowMs;
  }

  /** False between the loss of a connection and the event `resumed`; what is sent meanwhile waits. */
  get isConnected(): boolean {
    return this.line.isUp;
  }

  /** Media of a stream that waits for credit or for the connection, bytes: who makes media should make less of it. */
  queuedBytes(streamId: number): number {
    return this.outgoing.streams.of(streamId)?.waitingBytes ?? 0;
  }

  /**
   * Listens to what happens (`reconnecting`, `resumed`, `gap`, `pressure`, `capture`, `error`, `over`) or to a type of
   * result (`rapport.window.assessed`, ...). Returns what takes the listener off again; `signal` does so too.
   */
  on<K extends keyof SessionEvents>(
    kind: K,
    listener: (event: SessionEvents[K]) => void,
    { signal }: Withdrawable = {},
  ): () => void {
    return this.incoming.on(kind, listener, signal);
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
    { init = false, signal }: { readonly init?: boolean } & Withdrawable = {},
  ): Promise<void> {
    return this.outgoing.streams.push(streamId, payload, ptsMs, { flags: init ? FrameFlag.init : 0, signal });
  }

  /**
   * Sends sound of a live source as it comes: 16-bit samples of a `pcm16le` stream, or bytes of a G.711 one. It is stamped
   * by the count of its samples; a source that paused is found out by the clock. Rejects as `send` does, and with
   * `invalid_message` for a stream of another codec. While late sound is told from missing sound it waits, at most 0.5 s.
   */
  sendAudio(streamId: number, samples: Int16Array | Uint8Array, { signal }: Withdrawable = {}): Promise<void> {
    return this.live.sendAudio(streamId, samples, signal);
  }

  /**
   * Sends what a microphone hears, by default one that the browser asks the person for. Rejects with RapportError
   * `media_denied`, `media_missing`, `media_busy` or `media_unsupported`, and with what the service refuses the stream with.
   */
  attachMicrophone(source?: MediaSource, options?: MicrophoneOptions): Promise<Capture> {
    return this.over === undefined ? attachMicrophone(this.live, source, options) : Promise.reject(this.over);
  }

  /** Sends what a camera sees as JPEG stills, by default one that the browser asks the person for. Rejects as `attachMicrophone`. */
  attachCamera(source?: MediaSource, options?: CameraOptions): Promise<Capture> {
    return this.over === undefined ? attachCamera(this.live, source, options) : Promise.reject(this.over);
  }

  /** Nothing follows on this stream. */
  endStream(streamId: number, ptsMs: number, { signal }: Withdrawable = {}): Promise<void> {
    this.live.flush(streamId);
    return this.outgoing.streams.end(streamId, ptsMs, signal);
  }

  /**
   * A stream that joins the session. Resolves once the service takes it, and media may be sent; rejects with what it is
   * refused with, and when the session is over. One that was given up by `signal` is ended once it is taken.
   */
  async openStream(stream: StreamDescription, { signal }: Withdrawable = {}): Promise<void> {
    this.outgoing.requireOpen();
    await this.outgoing.streams.open(stream, signal);
    this.live.declare(stream);
  }

  /**
   * From `ptsMs` on media and chat are dropped by the service before any buffer. Call it first, then send what is private,
   * or nothing. Answered by `rapport.session.updated` of kind `pause`. Throws when the session is over.
   */
  pause(ptsMs: number, reason: SessionPause['reason']): void {
    this.outgoing.control({ type: 'session.pause', ptsMs, reason });
  }

  /** From `ptsMs` on they are taken again. Who records into a container: docs/protocol.md, `session.unpause`. */
  unpause(ptsMs: number): void {
    this.outgoing.control({ type: 'session.unpause', ptsMs });
  }

  /** Consent as it is now, whole. Without `analysis` the session ends at once. */
  updateConsent(consent: ConsentUpdate['consent'], ptsMs?: number): void {
    this.outgoing.control({ type: 'consent.update', consent, ...(ptsMs === undefined ? {} : { ptsMs }) });
  }

  /** Somebody joined, left, is put on hold. */
  participant(update: Omit<ParticipantUpdate, 'type' | 'ref'>): void {
    this.outgoing.control({ type: 'participant.update', ...update });
  }

  /**
   * Sends a chat message, text alone being the customer's, and again after a lost connection while its final has not come.
   * Rejects when the session is over, and with RapportError `buffer_full` when too many wait for the connection.
   */
  sendChat(message: string | Omit<ChatMessage, 'type' | 'ref'>, { signal }: Withdrawable = {}): Promise<void> {
    const said = (async () => {
      signal?.throwIfAborted();
      const whole = typeof message === 'string' ? { party: 'customer' as const, text: message } : message;
      this.outgoing.chat({ type: 'chat.message', ...whole });
    })();
    said.catch(() => {}); // who chats need not wait
    return said;
  }

  /** The same as `sendChat`. */
  chat(message: Omit<ChatMessage, 'type' | 'ref'>): Promise<void> {
    return this.sendChat(message);
  }

  /**
   * Stops microphone and camera, and asks the service to finish once everything is sent; resolves then, or when the
   * session is over. Iterate on until the last result, `rapport.session.ended`. `signal` gives up the waiting only.
   */
  end(reason?: SessionEnd['reason'], { signal }: Withdrawable = {}): Promise<void> {
    this.live.end();
    return this.outgoing.end(reason, signal);
  }

  /** Drops the connection at once, and the session with it; `reason` is what the iteration fails with. */
  abort(reason: Error = new RapportError('session_over', 'The session was aborted.')): void {
    this.line.end(reason);
  }

  /** Results, partial transcripts, heartbeats and refusals in their order; `signal` gives up waiting for the next. */
  messages({ signal }: Withdrawable = {}): AsyncIterableIterator<SessionEvent> {
    return signal === undefined ? this.incoming.queue : this.incoming.queue.until(signal);
  }

  [Symbol.asyncIterator](): AsyncIterator<SessionEvent> {
    return this.incoming.queue;
  }

  private readonly onAbort = (): void => this.line.end(this.options.signal!.reason as Error);

  private onGap(gap: StreamGap, next?: StreamPosition): void {
    // Without resume the service knows no `media.gap`: there the flag `discontinuity` and the time stamps tell.
    if (this.hold.canResume && next !== undefined) {
      this.line.send({ type: 'media.gap', ...gap, nextSeq: next.seq, nextByteOffset: next.byteOffset });
    }
    this.incoming.tell('gap', gap);
  }

  private onOver(failure: Error | undefined): void {
    this.dialogue.end();
    this.over = failure ?? new RapportError('session_over', 'The session is over.');
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.outgoing.close(this.over);
    this.settle.reject(this.over);
    this.incoming.end(failure);
  }
}
