import type { Party } from '@rapport-live/protocol';

/** Somebody who is on hold. */
export interface OnHold {
  readonly party: Party;
  /** Absent: the party as a whole. */
  readonly participantId?: string;
  /** They are heard and seen there and nowhere else: the other streams go on. Absent: nothing is heard of anybody. */
  readonly streamId?: number;
}

/** Most that are told apart at a time; of more, the one that has been on hold for longest is forgotten. */
export const MAX_ON_HOLD = 32;

/** Who is put on hold twice is on hold once, where it was said last. Pure. */
export function putOnHold(all: readonly OnHold[], who: OnHold): readonly OnHold[] {
  const others = all.filter(({ party, participantId }) => party !== who.party || participantId !== who.participantId);
  return [...others, who].slice(-MAX_ON_HOLD);
}

/** A party without an id is all of its participants, in whichever of the two words it is left out. Pure. */
export function takeOffHold(all: readonly OnHold[], { party, participantId }: OnHold): readonly OnHold[] {
  const isMeant = (one: OnHold): boolean =>
    one.party === party &&
    (participantId === undefined || one.participantId === undefined || one.participantId === participantId);
  return all.some(isMeant) ? all.filter((one) => !isMeant(one)) : all;
}
