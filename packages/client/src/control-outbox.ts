import {
  type ConsentUpdate,
  type ParticipantUpdate,
  RapportError,
  type SessionPause,
  type SessionUnpause,
  type TypedEvent,
} from '@rapport-live/protocol';

export type ControlMessage = SessionPause | SessionUnpause | ConsentUpdate | ParticipantUpdate;
type SessionUpdated = Extract<TypedEvent, { type: 'rapport.session.updated' }>['data'];

/**
 * What was said of pause, consent and participants and has not been answered by its `rapport.session.updated`: sent again
 * after a resume, in the order it was said. All of it is idempotent. Bounded: of more, the oldest that was sent before is
 * trusted to have arrived (one that changes nothing is never answered).
 */
export class ControlOutbox {
  private pending: { readonly message: ControlMessage; wasSent: boolean }[] = [];
  private made = 0;

  constructor(private readonly maxPending: number) {}

  get size(): number {
    return this.pending.length;
  }

  /** The message as it is to be sent, with a `ref`. Throws RapportError `buffer_full` when none could be sent yet. */
  add(message: ControlMessage, isUp: boolean): ControlMessage {
    if (this.pending.length >= this.maxPending) {
      const sent = this.pending.findIndex(({ wasSent }) => wasSent);
      if (sent < 0) throw new RapportError('buffer_full', `${this.maxPending} messages wait for the connection.`);
      this.pending.splice(sent, 1);
    }
    const withRef = { ...message, ref: message.ref ?? `control-${this.made++}` };
    this.pending.push({ message: withRef, wasSent: isUp });
    return withRef;
  }

  /** An answer settles its message and those of its kind before it: what they said holds no more. */
  onEvent({ type, data }: TypedEvent): void {
    if (type !== 'rapport.session.updated') return;
    const at = this.pending.findIndex(({ message }) => isAnsweredBy(message, data));
    if (at < 0) return;
    const kind = kindOf(this.pending[at]!.message);
    this.pending = this.pending.filter(({ message }, i) => i > at || kindOf(message) !== kind);
  }

  /** The service did not take it: again it would not either. */
  onRefused(ref: string): void {
    this.pending = this.pending.filter(({ message }) => message.ref !== ref);
  }

  resend(): ControlMessage[] {
    return this.pending.map((entry) => {
      entry.wasSent = true;
      return entry.message;
    });
  }
}

function kindOf({ type }: ControlMessage): SessionUpdated['kind'] {
  if (type === 'consent.update') return 'consent';
  return type === 'participant.update' ? 'participant' : 'pause';
}

function isAnsweredBy(message: ControlMessage, { kind, detail }: SessionUpdated): boolean {
  if (kind !== kindOf(message)) return false;
  switch (message.type) {
    case 'session.pause':
      return detail.paused === true;
    case 'session.unpause':
      return detail.paused === false;
    case 'consent.update':
      return detail.analysis === message.consent.analysis;
    case 'participant.update':
      return detail.action === message.action && detail.party === message.party;
  }
}
