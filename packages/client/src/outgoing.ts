import {
  type ChatMessage,
  RapportError,
  type ServerMessage,
  type SessionEnd,
  type SessionResumed,
  type TypedEvent,
} from '@rapport-live/protocol';
import { ChatOutbox } from './chat-outbox';
import { type ControlMessage, ControlOutbox } from './control-outbox';
import type { ClientBounds } from './options';
import { OutgoingStreams, type OutgoingStreamsParts } from './outgoing-streams';

export interface OutgoingParts extends Pick<OutgoingStreamsParts, 'gap' | 'pressure' | 'canResume'> {
  readonly bounds: ClientBounds;
  readonly send: (data: object | Uint8Array) => void;
  readonly isUp: () => boolean;
}

/** What a session says: media, chat, pause and the like, its end; and says again where a connection was lost. */
export class Outgoing {
  readonly streams: OutgoingStreams;
  private readonly chats: ChatOutbox;
  private readonly controls: ControlOutbox;
  private over: Error | undefined;
  /** Once `end` was called: what is to be sent when every stream is. */
  private ending: SessionEnd | undefined;
  private wasEndSent = false;
  private onEndSent: (() => void)[] = [];

  constructor(private readonly parts: OutgoingParts) {
    const { bounds, send } = parts;
    this.chats = new ChatOutbox(bounds.maxPendingChats);
    this.controls = new ControlOutbox(bounds.maxPendingControls);
    this.streams = new OutgoingStreams({ ...parts, frame: send, say: send });
  }

  /** Throws why the session is over, if it is. */
  requireOpen(): void {
    if (this.over !== undefined) throw this.over;
  }

  chat(message: ChatMessage): void {
    this.requireOpen();
    const { canResume, send, isUp } = this.parts;
    send(canResume() ? this.chats.add(message, isUp()) : message);
  }

  control(message: ControlMessage): void {
    this.requireOpen();
    const { canResume, send, isUp } = this.parts;
    send(canResume() ? this.controls.add(message, isUp()) : message);
  }

  /** Resolves once it was sent, which is when everything else was, or when the session is over. */
  end(reason: SessionEnd['reason'], signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    this.ending ??= { type: 'session.end', reason };
    if (this.wasEndSent || this.over !== undefined) return Promise.resolve();
    const sent = new Promise<void>((resolve, reject) => {
      this.onEndSent.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    this.endWhenSent();
    return sent;
  }

  endWhenSent(): void {
    if (this.ending === undefined || !this.parts.isUp() || this.wasEndSent) return;
    if (!this.streams.areDrained) return;
    this.wasEndSent = true;
    this.parts.send(this.ending);
    for (const resolve of this.onEndSent.splice(0)) resolve();
  }

  /** A result may answer what was said. */
  onEvent(event: TypedEvent): void {
    this.chats.onEvent(event);
    this.controls.onEvent(event);
  }

  /** True where the error answers a stream that wanted to join: nobody else need be told. */
  onError({ ref, code, message }: Extract<ServerMessage, { type: 'error' }>): boolean {
    if (this.streams.refused(ref, new RapportError(code, message))) {
      this.endWhenSent();
      return true;
    }
    if (ref !== undefined) this.controls.onRefused(ref);
    return false;
  }

  /** What the service lacks goes out again: media from where it says, chat without a final, the end. */
  onResumed({ streams }: SessionResumed): void {
    const { send } = this.parts;
    // First: what is sent again of a pause must not be kept until the word of it comes.
    for (const message of this.controls.resend()) send(message);
    this.streams.resumed(streams);
    for (const message of this.chats.resend()) send(message);
    this.wasEndSent = false;
    this.endWhenSent();
  }

  close(reason: Error): void {
    this.over = reason;
    this.streams.close(reason);
    for (const resolve of this.onEndSent.splice(0)) resolve();
  }
}
