import type { CloudEvent, SessionUpdatedData } from '@rapport-live/protocol';

/** As `session.state` has room for; of more, the one that was said first is forgotten. */
const MAX_WORDS = 64;

type ParticipantData = Pick<SessionUpdatedData, 'scope' | 'detail'>;

interface Word {
  readonly party: unknown;
  /** Undefined: the party as a whole. */
  readonly participantId: string | undefined;
  readonly isOfHold: boolean;
  readonly event: CloudEvent;
}

/**
 * What was said last of everybody who has not left: that they are there, and whether they are on hold. Applied in their
 * order, the oldest first, these words give who is present and which holds are open now.
 */
export class PresentParticipants {
  private words: readonly Word[] = [];

  get events(): CloudEvent[] {
    return this.words.map(({ event }) => event);
  }

  see({ scope: participantId, detail: { action, party } }: ParticipantData, event: CloudEvent): void {
    const isOfHold = action === 'hold' || action === 'unhold';
    if (action === 'left') {
      this.words = this.words.filter((word) => !isOver(word, party, participantId));
      return;
    }
    const others = this.words.filter(
      (word) => word.party !== party || word.participantId !== participantId || word.isOfHold !== isOfHold,
    );
    this.words = [...others, { party, participantId, isOfHold, event }].slice(-MAX_WORDS);
  }
}

/** A party that leaves without a name is all of its participants; a hold of the whole party ends with any of them (`takeOffHold`). */
function isOver(word: Word, party: unknown, leaver: string | undefined): boolean {
  if (word.party !== party) return false;
  if (leaver === undefined || word.participantId === leaver) return true;
  return word.participantId === undefined && word.isOfHold;
}
