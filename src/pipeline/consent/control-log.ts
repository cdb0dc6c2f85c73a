import type {
  ConsentUpdate,
  ParticipantUpdate,
  SessionPause,
  SessionUnpause,
  TypedEvent,
} from '@rapport-live/protocol';

export type Control = SessionPause | SessionUnpause | ConsentUpdate | ParticipantUpdate;

/** `seq`: of the result that answered it. */
export interface SaidControl {
  readonly control: Control;
  readonly seq: number;
}

/** Controls kept of one session; of more, the oldest pauses and participants go. */
const MAX_CONTROLS = 512;

/**
 * What a client said of pause, consent and participants, read from the results that answered it: to be said again to a
 * process that takes the session up. What follows from it has the same ids and is written once.
 */
export class ControlLog {
  private controls: SaidControl[] = [];
  private basis: string | undefined;

  /** In their order. */
  get said(): readonly SaidControl[] {
    return this.controls;
  }

  take(event: TypedEvent, seq: number): void {
    if (event.type === 'rapport.audit.agent_emotion') this.state(event.data.legalBasis, event.data.mediaMs);
    if (event.type !== 'rapport.session.updated') return;
    const control = this.controlOf(event.data);
    if (control === undefined) return;
    this.controls.push({ control, seq });
    if (this.controls.length <= MAX_CONTROLS) return;
    const oldest = this.controls.findIndex(({ control: one }) => one.type !== 'consent.update');
    this.controls.splice(Math.max(0, oldest), 1);
  }

  private controlOf(data: Extract<TypedEvent, { type: 'rapport.session.updated' }>['data']): Control | undefined {
    const { kind, mediaMs, scope: participantId, detail } = data;
    const ptsMs = typeof detail['ptsMs'] === 'number' ? detail['ptsMs'] : mediaMs;
    switch (kind) {
      case 'pause': {
        const reason = detail['reason'] as SessionPause['reason'];
        return detail['paused'] === true
          ? { type: 'session.pause', ptsMs, reason }
          : { type: 'session.unpause', ptsMs };
      }
      case 'consent':
        return {
          type: 'consent.update',
          ptsMs,
          consent: { analysis: detail['analysis'] === true, agentEmotionLegalBasis: this.basis },
        };
      case 'participant': {
        const { action, party, streamId } = detail as Pick<ParticipantUpdate, 'action' | 'party' | 'streamId'>;
        return { type: 'participant.update', ptsMs, action, party, streamId, participantId };
      }
      default:
        return undefined;
    }
  }

  /** The audit event of a consent follows its update, and has the words of the basis. */
  private state(basis: string | undefined, mediaMs: number): void {
    this.basis = basis;
    const last = this.controls.at(-1);
    if (last?.control.type !== 'consent.update' || last.control.ptsMs !== mediaMs) return;
    const consent = { ...last.control.consent, agentEmotionLegalBasis: basis };
    this.controls[this.controls.length - 1] = { ...last, control: { ...last.control, consent } };
  }
}
