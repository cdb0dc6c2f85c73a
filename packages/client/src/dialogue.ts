import type { ServerMessage, SessionReady, SessionResumed, TypedEvent } from '@rapport-live/protocol';
import type { LiveMedia } from './capture/live-media';
import type { Incoming } from './incoming';
import { LateRefusals } from './late-refusals';
import type { Outgoing } from './outgoing';
import type { SessionEvent } from './session-events';
import type { SessionHold } from './session-hold';

/** What of a session the service's messages concern. */
export interface DialogueParts {
  readonly hold: SessionHold;
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly live: LiveMedia;
  /** Connections tried since the last one was lost. */
  readonly tries: () => number;
  readonly onReady: () => void;
}

/** What each message of the service does to a session. */
export class Dialogue {
  private readonly late = new LateRefusals();

  constructor(private readonly parts: DialogueParts) {}

  take(message: ServerMessage): void {
    const { incoming, outgoing, live } = this.parts;
    switch (message.type) {
      case 'session.ready':
        return this.onReady(message);
      case 'session.resumed':
        return this.onResumed(message);
      case 'credit':
        outgoing.streams.credit(message);
        return outgoing.endWhenSent();
      case 'media.acked':
        return outgoing.streams.of(message.streamId)?.acked(message.seq);
      case 'pong':
        return live.told(message.mediaMs);
      case 'result':
        if (!incoming.take(message)) return;
        if (message.event.type === 'rapport.session.ended') this.late.onEnded();
        outgoing.onEvent(message.event as TypedEvent);
        return incoming.give(message as SessionEvent);
      case 'error':
        if (outgoing.onError(message) || this.late.takes(message, outgoing.streams.isPastEnd(message))) return;
        return incoming.give(message);
      case 'ephemeral':
        return incoming.give(message as SessionEvent);
    }
  }

  /** Nothing follows. */
  end(): void {
    const unexplained = this.late.take();
    if (unexplained !== undefined) this.parts.incoming.give(unexplained);
  }

  private onReady(ready: SessionReady): void {
    const { hold, live, outgoing, onReady } = this.parts;
    hold.onReady(ready);
    live.begin();
    outgoing.streams.begin(ready.credits);
    onReady();
  }

  private onResumed(resumed: SessionResumed): void {
    const { hold, incoming, live, outgoing, tries } = this.parts;
    const { epoch, tookOver, resultSeq, mediaMs } = resumed;
    hold.onResumed(resumed);
    live.told(mediaMs);
    incoming.tell('resumed', { epoch, tookOver, resultSeq, attempts: tries() });
    incoming.onResumed();
    outgoing.onResumed(resumed);
  }
}
