import type { RapportError, TypedEvent } from '@rapport-live/protocol';
import type { DurableRecord } from '../../delivery/session-result';
import type { CallEvents, DoorCall } from '../door-call';
import type { Call } from './call-line';
import type { Channel } from './messages';
import type { CallListener } from './session-parts';

/** The customer is the external channel, the agent the internal one. */
export const STREAM_OF: Readonly<Record<Channel, number>> = { external: 1, internal: 2 };

/** A door's call as a line feeds it. */
export class HookCall implements Call {
  constructor(
    private readonly call: DoorCall,
    private readonly onLeave: () => void,
  ) {}

  get mediaMs(): number {
    return this.call.mediaMs;
  }

  /** What the streams refuse they count; an end of the session is told by itself. */
  media(channel: Channel, bytes: Uint8Array, ptsMs: number, missing: boolean, breaks: boolean): void {
    this.call.media(STREAM_OF[channel], ptsMs, bytes, missing, breaks);
  }

  pause(ptsMs: number): void {
    this.call.pause(ptsMs, 'other');
  }

  unpause(ptsMs: number): void {
    this.call.unpause(ptsMs);
  }

  restateLanguage(language: string, atMs: number): void {
    this.call.restateLanguage(language, atMs);
  }

  end(): void {
    this.call.end();
  }

  leave(): void {
    this.onLeave();
    this.call.leave();
  }
}

/** What a call tells, as its listener hears it: not before `begin`, since the answer to `open` comes first. */
export class HookEvents implements CallEvents {
  private waiting: (() => void)[] | undefined = [];
  private moves = false;

  constructor(private readonly listener: CallListener) {}

  result({ seq, event }: DurableRecord): void {
    const typed = event as TypedEvent;
    if (typed.type === 'rapport.session.ended') this.moves = typed.data.reason === 'shutdown';
    if (typed.type !== 'rapport.transcript.final') return;
    const { data } = typed;
    this.soon(() => this.listener.transcript({ seq, id: uuidOf(event.id), data }));
  }

  ended(): void {
    this.soon(() => this.listener.ended(this.moves ? 'moves' : 'over'));
  }

  failed({ code, message }: RapportError): void {
    this.soon(() => (code === 'session_taken_over' ? this.listener.taken() : this.listener.failed(message)));
  }

  begin(): void {
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    for (const task of waiting) task();
  }

  private soon(task: () => void): void {
    if (this.waiting === undefined) task();
    else this.waiting.push(task);
  }
}

/** The 32 hexadecimal digits of an event's id as a UUID, name-based (RFC 9562, version 5): of one event always the same. */
function uuidOf(eventId: string): string {
  const variant = ((parseInt(eventId[16]!, 16) & 0x3) | 0x8).toString(16);
  const digits = `${eventId.slice(0, 12)}5${eventId.slice(13, 16)}${variant}${eventId.slice(17, 32)}`;
  return [8, 12, 16, 20, 32].map((end, i, ends) => digits.slice(ends[i - 1] ?? 0, end)).join('-');
}
