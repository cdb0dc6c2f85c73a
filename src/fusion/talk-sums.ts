/** Two people who may speak at the same time. */
export type Speaker = 'customer' | 'agent';
export type Speaking = Readonly<Record<Speaker, boolean>>;

/** Sums over the talk so far. All in ms but the interruptions, which are a count. */
export interface TalkSums {
  readonly mediaMs: number;
  readonly talkMs: Readonly<Record<Speaker, number>>;
  /** Both speak; it is part of the talk of each. */
  readonly overlapMs: number;
  /** Nobody speaks. */
  readonly silenceMs: number;
  readonly longestSilenceMs: number;
  /** How long nobody has been speaking now. */
  readonly silentForMs: number;
  /** By who interrupted. */
  readonly interruptions: Readonly<Record<Speaker, number>>;
  readonly speaking: Speaking;
  readonly bid: Bid | null;
}

/** Somebody began to speak while the other spoke: an interruption if the other gives way. */
interface Bid {
  readonly by: Speaker;
  readonly sinceMs: number;
  /** When the other fell silent. */
  readonly yieldedMs: number | null;
}

const NOBODY: Speaking = { customer: false, agent: false };

export const NO_SUMS: TalkSums = {
  mediaMs: 0,
  talkMs: { customer: 0, agent: 0 },
  overlapMs: 0,
  silenceMs: 0,
  longestSilenceMs: 0,
  silentForMs: 0,
  interruptions: { customer: 0, agent: 0 },
  speaking: NOBODY,
  bid: null,
};

/**
 * An interruption is an overlap between speakers in the sense of Heldner and Edlund (2010, Journal of Phonetics 38:4,
 * section 2): one begins while the other speaks, and it is the other who stops. What begins and ends inside the other's
 * speech ("mhm", or a try given up) is none. Two bounds are ours: both speak for this long at least, since turns
 * that follow each other closely overlap by less ...
 */
export const MIN_OVERLAP_MS = 300;
/** ... and who began goes on alone for this long at least, or nobody has taken the floor. */
export const MIN_GO_ON_MS = 500;

/** The next stretch of time, in which nobody starts or stops. */
export function pass(sums: TalkSums, speaking: Speaking, startMs: number, endMs: number): TalkSums {
  const ms = endMs - startMs;
  const both = speaking.customer && speaking.agent;
  const nobody = !speaking.customer && !speaking.agent;
  const silentForMs = nobody ? sums.silentForMs + ms : 0;
  const talkMs = (who: Speaker): number => sums.talkMs[who] + (speaking[who] ? ms : 0);
  const { bid, interrupted } = follow(sums, speaking, startMs, endMs);
  const interruptions = (who: Speaker): number => sums.interruptions[who] + (interrupted === who ? 1 : 0);
  return {
    mediaMs: sums.mediaMs + ms,
    talkMs: { customer: talkMs('customer'), agent: talkMs('agent') },
    overlapMs: sums.overlapMs + (both ? ms : 0),
    silenceMs: sums.silenceMs + (nobody ? ms : 0),
    longestSilenceMs: Math.max(sums.longestSilenceMs, silentForMs),
    silentForMs,
    interruptions: { customer: interruptions('customer'), agent: interruptions('agent') },
    speaking,
    bid,
  };
}

function follow(
  { speaking: before, bid: open }: TalkSums,
  speaking: Speaking,
  startMs: number,
  endMs: number,
): { bid: Bid | null; interrupted?: Speaker } {
  const bid = open ?? newBid(before, speaking, startMs);
  if (bid === null || !speaking[bid.by]) return { bid: null };
  // the other is still, or again, speaking: nobody has given way yet
  if (speaking[otherOf(bid.by)]) return { bid: { ...bid, yieldedMs: null } };
  const yieldedMs = bid.yieldedMs ?? startMs;
  if (yieldedMs - bid.sinceMs < MIN_OVERLAP_MS) return { bid: null };
  return endMs - yieldedMs >= MIN_GO_ON_MS ? { bid: null, interrupted: bid.by } : { bid: { ...bid, yieldedMs } };
}

/** Who begins at the start of this stretch while the other spoke before it and goes on; of two who begin at once none. */
function newBid(before: Speaking, speaking: Speaking, startMs: number): Bid | null {
  const by = (['customer', 'agent'] as const).find(
    (who) => !before[who] && speaking[who] && before[otherOf(who)] && speaking[otherOf(who)],
  );
  return by === undefined ? null : { by, sinceMs: startMs, yieldedMs: null };
}

const otherOf = (who: Speaker): Speaker => (who === 'customer' ? 'agent' : 'customer');
