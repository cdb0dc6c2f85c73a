import type { Party } from '@rapport-live/protocol';
import type { PartySpeech } from '../facts/encoded-fact';
import type { TimeSpan, UnheardSpan } from '../facts/stream-fact';
import { pass, type Speaking, type TalkSums, NO_SUMS } from './talk-sums';

/** Who spoke when, as far as figures need it. Plain data of bounded size, part of the session's state (rule 8). */
export interface TalkState {
  readonly sums: TalkSums;
  /** Hops were taken up to here, ms. */
  readonly heardMs: number;
  /** Speech before this is in the sums; what lies between this and `heardMs` may still go on. */
  readonly summedMs: number;
  readonly waiting: Readonly<Record<Party, readonly TimeSpan[]>>;
  /** Parties that have a voice stream. */
  readonly hasVoice: Readonly<Record<Party, boolean>>;
}

export const NO_TALK_HEARD: TalkState = {
  sums: NO_SUMS,
  heardMs: 0,
  summedMs: 0,
  waiting: { customer: [], agent: [], mixed: [] },
  hasVoice: { customer: false, agent: false, mixed: false },
};

/**
 * Pauses of one party shorter than this belong to its talk, ms: Brady (1968, Bell System Technical Journal 47:1) joins
 * talkspurts over gaps below 200 ms, which are stops inside words and between them.
 */
const BRIDGE_MS = 200;

export interface HopSpeech {
  readonly hopStartMs: number;
  readonly hopEndMs: number;
  readonly speech: readonly PartySpeech[];
  /** Where the session was paused or on hold: ordered, not overlapping. Absent: nowhere. */
  readonly unheard?: readonly UnheardSpan[];
}

/** Takes the speech of one hop, but for what was not heard of it. */
export function hearHop(state: TalkState, { hopStartMs, hopEndMs, speech, unheard = [] }: HopSpeech): TalkState {
  let heard = state;
  let fromMs = hopStartMs;
  for (const span of unheard) {
    if (span.startMs > fromMs) heard = hearStretch(heard, { hopStartMs: fromMs, hopEndMs: span.startMs, speech });
    fromMs = span.endMs;
  }
  return fromMs < hopEndMs ? hearStretch(heard, { hopStartMs: fromMs, hopEndMs, speech }) : heard;
}

/** Takes the speech of one hop. Hops come in order; one that was taken already changes nothing. */
function hearStretch(state: TalkState, { hopStartMs, hopEndMs, speech }: HopSpeech): TalkState {
  if (hopEndMs <= state.heardMs) return state;
  // seconds that never came are no silence: nothing is known of them
  const before = hopStartMs > state.heardMs ? skipTo(state, hopStartMs) : state;
  const of = (party: Party): TimeSpan[] =>
    bridged([...before.waiting[party], ...speech.filter((one) => one.party === party).flatMap(({ spans }) => spans)]);
  const heard: TalkState = {
    ...before,
    heardMs: hopEndMs,
    waiting: { customer: of('customer'), agent: of('agent'), mixed: of('mixed') },
    hasVoice: {
      customer: before.hasVoice.customer || speech.some(({ party }) => party === 'customer'),
      agent: before.hasVoice.agent || speech.some(({ party }) => party === 'agent'),
      mixed: before.hasVoice.mixed || speech.some(({ party }) => party === 'mixed'),
    },
  };
  // what ended within the last moment may go on in the next hop
  return sumUntil(heard, Math.max(before.summedMs, hopEndMs - BRIDGE_MS));
}

/** The sums up to the last hop, as if nobody went on. */
export const sumsSoFar = (state: TalkState): TalkSums => sumUntil(state, state.heardMs).sums;

function skipTo(state: TalkState, ms: number): TalkState {
  const { sums } = sumUntil(state, state.heardMs);
  return { ...NO_TALK_HEARD, hasVoice: state.hasVoice, heardMs: ms, summedMs: ms, sums: { ...sums, ...NOBODY } };
}

/** After a hole in what was heard nobody is taken to have been speaking. */
const NOBODY = { speaking: { customer: false, agent: false }, bid: null, silentForMs: 0 } as const;

/** Moves the sums on to a time, over the stretches in which nobody starts or stops. */
function sumUntil(state: TalkState, untilMs: number): TalkState {
  const { waiting, summedMs } = state;
  const edges = Object.values(waiting)
    .flat()
    .flatMap(({ startMs, endMs }) => [startMs, endMs])
    .filter((ms) => ms > summedMs && ms < untilMs);
  const times = [summedMs, ...new Set(edges.sort((a, b) => a - b)), untilMs];
  let { sums } = state;
  for (const [i, startMs] of times.slice(0, -1).entries()) {
    const endMs = times[i + 1]!;
    const speaks = (party: Party): boolean => waiting[party].some((s) => s.startMs <= startMs && s.endMs >= endMs);
    const speaking: Speaking = { customer: speaks('customer'), agent: speaks('agent') };
    if (endMs > startMs) sums = pass(sums, speaking, startMs, endMs);
  }
  const left = (party: Party): TimeSpan[] => waiting[party].filter(({ endMs }) => endMs >= untilMs - BRIDGE_MS);
  return {
    ...state,
    sums,
    summedMs: untilMs,
    waiting: { customer: left('customer'), agent: left('agent'), mixed: [] },
  };
}

/** The spans in order, those that overlap or nearly touch as one. */
function bridged(spans: readonly TimeSpan[]): TimeSpan[] {
  const joined: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const last = joined.at(-1);
    if (last !== undefined && startMs - last.endMs < BRIDGE_MS) last.endMs = Math.max(last.endMs, endMs);
    else joined.push({ startMs, endMs });
  }
  return joined;
}
