import { RapportError } from '@rapport-live/protocol';
import type { CallLine, CallTranscript } from './call-line';
import { type ClientMessage, type Fault, parseClientMessage } from './client-text';
import { HeldEvents } from './held-events';
import { selectMedia } from './media-selection';
import { MessageOrder } from './message-order';
import {
  type DisconnectReason,
  type MediaParameter,
  NULL_UUID,
  type OpenParameters,
  type ServerParameters,
  type ServerType,
} from './messages';
import {
  AUDIOHOOK_DEFAULTS,
  type AudioHookIdentity,
  type AudioHookOptions,
  type AudioHookPeer,
  type CallDesk,
  type CallListener,
  type OpenedCall,
} from './session-parts';
import { durationOf } from './stream-time';

/**
 * - `preparing`: connected, `open` has not come. `active`, `paused`: open.
 * - `closing`: the client asked for the end, results still come. `closed`: it was told so.
 * - `leaving`: we have said goodbye, and wait for `close`. `gone`: nothing is sent or taken any more.
 */
type State = 'preparing' | 'active' | 'paused' | 'closing' | 'closed' | 'leaving' | 'gone';

/**
 * One connection of AudioHook version 2, from `open` to `closed`, without a socket. A fault of the client is answered
 * with `disconnect`, reason `error`, and ends what this connection has to say; the client then closes.
 */
export class AudioHookSession implements CallListener {
  private state: State = 'preparing';
  private readonly order: MessageOrder;
  /** Undefined: before `open`, of a connection probe, and when another connection has it. */
  private line: CallLine | undefined;
  private isOver = false;
  private cancelTimer: () => void;
  private readonly held: HeldEvents;

  constructor(
    private readonly identity: AudioHookIdentity,
    private readonly peer: AudioHookPeer,
    private readonly desk: CallDesk,
    private readonly options: AudioHookOptions = AUDIOHOOK_DEFAULTS,
  ) {
    const { openTimeoutMs } = options;
    this.order = new MessageOrder(identity.sessionId);
    this.held = new HeldEvents(options, peer, (transcript) => this.transcript(transcript));
    this.cancelTimer = peer.later(openTimeoutMs, () =>
      this.fail({ code: 408, why: `No "open" came within ${openTimeoutMs} ms.` }),
    );
  }

  text(text: string): void {
    if (this.state === 'closed' || this.state === 'gone') return;
    const parsed = parseClientMessage(text);
    if (!parsed.ok) return this.fail(parsed);
    const { message } = parsed;
    const fault = this.order.take(message.envelope);
    // What is on its way when we have said goodbye need not fit any more.
    if (fault !== undefined && !(this.state === 'leaving' && message.type === 'close')) return this.fail(fault);
    this.handle(message);
  }

  audio(bytes: Uint8Array): void {
    if (this.state === 'preparing' || this.state === 'paused') {
      return this.fail({ code: 409, why: `Audio came while the session was ${this.state}.` });
    }
    if (this.state === 'active' && this.line?.audio(bytes) === false) {
      this.fail({ code: 415, why: `A binary message of ${bytes.length} bytes holds no whole samples.` });
    }
  }

  /** The client is not who it says, or may not: it is told so and may go. */
  unauthorized(info: string): void {
    this.disconnect('unauthorized', info);
  }

  fail(fault: Fault): void {
    if (this.disconnect('error', `${fault.code}: ${fault.why}`)) this.peer.faulty(fault);
  }

  /** The connection is gone. */
  lost(): void {
    const { line } = this;
    const isOpen = this.isOpen;
    this.go();
    if (isOpen) line?.call.leave();
  }

  transcript(transcript: CallTranscript): void {
    if (this.held.takes(transcript)) return;
    const { line } = this;
    const entity = line?.entity(transcript);
    if (line === undefined || entity === undefined || !(this.isOpen || this.state === 'closing')) return;
    this.send('event', { entities: [entity] });
    line.eventSent(this.identity.sessionId, this.order.seq, transcript.seq);
  }

  ended(how: 'over' | 'moves'): void {
    this.isOver = true;
    if (this.state === 'closing') return this.closed();
    if (!this.isOpen) return;
    if (how === 'over') {
      this.disconnect('completed', 'The session has ended.');
      return;
    }
    this.send('reconnect', { info: 'The service is going down.' });
    this.leave();
  }

  taken(): void {
    this.line = undefined;
  }

  failed(why: string): void {
    this.fail({ code: 500, why });
  }

  private get isOpen(): boolean {
    return this.state === 'active' || this.state === 'paused';
  }

  private handle(message: ClientMessage): void {
    const { type } = message;
    if (type === 'close') return this.onClose(message.parameters.reason);
    if (this.state === 'leaving') return;
    if (type === 'ping') return this.send('pong', {});
    if (type === 'open') return this.onOpen(message);
    if (type === 'error') return this.onError(message.parameters);
    if (this.state === 'preparing') return this.fail({ code: 409, why: `"${type}" came before "open".` });
    if (!this.isOpen) return;
    const { position } = message.envelope;
    switch (type) {
      case 'paused':
        if (this.state === 'active') {
          this.line?.at(position);
          this.line?.paused();
        }
        this.state = 'paused';
        return;
      case 'resumed':
        if (this.state === 'paused') this.line?.resumed(position);
        this.state = 'active';
        return;
      case 'discarded':
        return this.line?.discarded(position);
      case 'update':
        this.line?.updated(message.parameters.language);
        return this.send('updated', {});
    }
  }

  private onOpen({ envelope, parameters }: Extract<ClientMessage, { type: 'open' }>): void {
    // as the publisher's server: what is open stays as it is
    if (this.state !== 'preparing') return;
    this.cancelTimer();
    const { sessionId, organizationId } = this.identity;
    if (parameters.organizationId.toLowerCase() !== organizationId.toLowerCase()) {
      return this.unauthorized('organizationId is not that of the header Audiohook-Organization-Id.');
    }
    const media = selectMedia(parameters.media);
    if (media === undefined) {
      return this.fail({ code: 415, why: 'No media is offered that can be taken: PCMU or L16 at 8 kHz.' });
    }
    // A connection probe: it is answered, and nothing is behind it.
    if (parameters.conversationId === NULL_UUID) return this.opened(parameters, media);
    const { position: positionMs } = envelope;
    let call: OpenedCall;
    try {
      call = this.desk.open({ sessionId, parameters, media, positionMs }, this);
    } catch (error) {
      return this.refused(error);
    }
    const { line } = call;
    const discardTo = line.heardTo > positionMs ? durationOf(line.heardTo) : undefined;
    this.line = line;
    line.continuedAt(positionMs);
    this.opened(parameters, media, discardTo);
    call.begin();
  }

  private opened(parameters: OpenParameters, media: MediaParameter, discardTo?: string): void {
    const { type, format, channels, rate } = media;
    this.state = 'active';
    this.send('opened', {
      media: [{ type, format, channels, rate }],
      startPaused: false,
      ...(discardTo === undefined ? {} : { discardTo }),
      ...(parameters.supportedLanguages === true ? { supportedLanguages: this.desk.languages } : {}),
    });
  }

  private refused(error: unknown): void {
    if (!(error instanceof RapportError)) throw error;
    const code = REFUSALS[error.code] ?? 503;
    this.fail({ code, why: error.message });
  }

  private onClose(reason: string): void {
    if (this.state === 'closing') return;
    const { line } = this;
    this.cancelTimer();
    this.held.release();
    if (line === undefined || this.isOver) return this.closed();
    if (this.isOpen && reason === 'reconnect') {
      line.call.leave();
      this.line = undefined;
      return this.closed();
    }
    this.state = 'closing';
    line.call.end();
  }

  private closed(): void {
    this.send('closed', {});
    this.state = 'closed';
    this.cancelTimer = this.peer.later(this.options.goodbyeTimeoutMs, () => this.hangUp());
  }

  private onError({ code, retryAfter }: { readonly code: number; readonly retryAfter?: number }): void {
    if (code === 429 && retryAfter !== undefined && this.isOpen) this.held.hold(retryAfter);
  }

  /** False: the goodbye was said before. */
  private disconnect(reason: DisconnectReason, info: string): boolean {
    if (this.state === 'leaving' || this.state === 'closed' || this.state === 'gone') return false;
    this.send('disconnect', { reason, info });
    this.leave();
    this.line?.call.end();
    return true;
  }

  /** The client has the word: it is to close. */
  private leave(): void {
    this.cancelTimer();
    this.held.drop();
    this.state = 'leaving';
    this.cancelTimer = this.peer.later(this.options.goodbyeTimeoutMs, () => this.hangUp());
  }

  private send<T extends ServerType>(type: T, parameters: ServerParameters[T]): void {
    const { seq, clientseq } = this.order.next();
    this.peer.send(JSON.stringify({ version: '2', id: this.identity.sessionId, type, seq, clientseq, parameters }));
  }

  private hangUp(): void {
    this.go();
    this.peer.hangUp();
  }

  private go(): void {
    this.state = 'gone';
    this.cancelTimer();
    this.held.drop();
    this.line = undefined;
  }
}

/** Codes of ours, as the protocol has them. */
const REFUSALS: Partial<Record<RapportError['code'], Fault['code']>> = {
  session_exists: 409,
  invalid_message: 400,
  quota_exceeded: 429,
  too_many_sessions: 429,
};
