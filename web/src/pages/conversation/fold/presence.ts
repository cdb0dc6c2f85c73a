import type { Party, SessionStartedData, SessionUpdatedData } from '@rapport-live/protocol';
import type { Participant, Span } from './conversation';

/** Participants that are told apart; of more, those who left first are forgotten (a conference has a handful). */
const MAX_PARTICIPANTS = 64;
/** Holds that are shown, the newest. */
const MAX_HOLDS = 1000;

/** Who takes part and who is on hold, by `participant.update` (docs/protocol.md). Words come in order of their time. */
export class Presence {
  private readonly known = new Map<string, Participant>();
  private readonly over: Span[] = [];
  private heldFromMs: number | undefined;

  started({ streams }: Pick<SessionStartedData, 'streams'>): void {
    for (const { party } of streams) if (!this.knows(party)) this.put({ party, standing: 'there' });
  }

  participant({ mediaMs, scope, detail }: SessionUpdatedData): void {
    const party = detail['party'] as Party;
    const who = scope === undefined ? { party } : { party, id: scope };
    switch (detail['action']) {
      case 'joined':
        this.put({ ...who, standing: 'there' });
        break;
      case 'agent_changed':
        for (const one of this.of('agent')) this.put({ ...one, standing: 'left' });
        this.put({ ...who, party: 'agent', standing: 'there' });
        break;
      case 'left':
        this.change(who, 'left');
        break;
      case 'hold':
        this.put({ ...who, standing: 'on_hold' });
        break;
      case 'unhold':
        this.change(who, 'there');
        break;
    }
    this.count(mediaMs);
  }

  get participants(): Participant[] {
    return [...this.known.values()];
  }

  /** @param nowMs where a hold that nobody ended has got to */
  holds(nowMs: number): Span[] {
    const { heldFromMs: startMs } = this;
    return startMs === undefined || startMs >= nowMs ? [...this.over] : [...this.over, { startMs, endMs: nowMs }];
  }

  private count(mediaMs: number): void {
    const isHeld = this.participants.some(({ standing }) => standing === 'on_hold');
    if (isHeld) this.heldFromMs ??= mediaMs;
    else if (this.heldFromMs !== undefined) {
      if (mediaMs > this.heldFromMs) this.over.push({ startMs: this.heldFromMs, endMs: mediaMs });
      if (this.over.length > MAX_HOLDS) this.over.shift();
      this.heldFromMs = undefined;
    }
  }

  /** A party without an id is all of its participants, in whichever of the two words it is left out. */
  private change({ party, id }: Pick<Participant, 'party' | 'id'>, standing: Participant['standing']): void {
    const meant = this.of(party).filter((one) => id === undefined || one.id === undefined || one.id === id);
    for (const one of meant) if (one.standing !== 'left') this.put({ ...one, standing });
    this.dropNameless(party);
  }

  /** Those with a name take the place of the party that had none, but do not end its hold. */
  private dropNameless(party: Party): void {
    const isNamed = this.of(party).some(({ id }) => id !== undefined);
    if (isNamed && this.known.get(keyOf({ party }))?.standing === 'there') this.known.delete(keyOf({ party }));
  }

  private of(party: Party): Participant[] {
    return this.participants.filter((one) => one.party === party);
  }

  private knows(party: Party): boolean {
    return this.of(party).length > 0;
  }

  private put(participant: Participant): void {
    this.known.set(keyOf(participant), participant);
    this.dropNameless(participant.party);
    if (this.known.size <= MAX_PARTICIPANTS) return;
    const gone = this.participants.find(({ standing }) => standing === 'left') ?? this.participants[0]!;
    this.known.delete(keyOf(gone));
  }
}

const keyOf = ({ party, id }: Pick<Participant, 'party' | 'id'>): string => `${party}/${id ?? ''}`;
