import type { AlertRule } from '@rapport-live/protocol';
import type { TalkingParty } from './alert-event';

/** All that rules remember of a session: plain data of bounded size, part of the session's state (rule 8). Media ms. */
export interface AlertState {
  /** The newest tick that was judged. */
  readonly tickMs: number;
  /** By rule id; rules with nothing to remember have none. */
  readonly rules: Readonly<Record<string, RuleState>>;
  /** Of trusted windows, by quantity, for trends and the risk: [windowEndMs, value in thousandths], oldest first. */
  readonly series: Readonly<Record<string, readonly Sample[]>>;
  /** The newest times at which a party was found to have interrupted, and how many there were. */
  readonly interruptions: Readonly<Record<TalkingParty, { readonly count: number; readonly atMs: readonly number[] }>>;
  /** Of a process before this one; absent: none. */
  readonly left?: readonly LeftAlert[];
}

/** An alert that is in the log and in no state: the process that raised it was killed before it had kept that. */
export interface LeftAlert extends ToldAlert {
  readonly ruleId: string;
  /** Of the rule as it was in the state; absent: it was not there. */
  readonly key?: string;
  /** When it was told last. */
  readonly toldMs: number;
}

export type Sample = readonly [atMs: number, thousandths: number];

export interface RuleState {
  /** See `CompiledRule.key`. */
  readonly key: string;
  /** In the order of the rule's leaves. */
  readonly leaves: readonly LeafState[];
  readonly open?: OpenAlert;
  /** While open: since when it is not so any more. */
  readonly overSinceMs?: number;
  readonly clearedMs?: number;
}

/** What a leaf remembers; which of it depends on the kind. */
export interface LeafState {
  /** It was so when it could be judged last. */
  readonly on?: boolean;
  /** ... that is, then. */
  readonly judgedMs?: number;
  /** The bound is passed since. */
  readonly sinceMs?: number;
  /** ... for so long, of windows that could be judged. */
  readonly heldMs?: number;
  /** The speaker was heard at all. */
  readonly heard?: boolean;
  /** What has to be followed by words was said then. */
  readonly afterMs?: number;
  /** The words were said then; and by which utterance, and which of the phrases. */
  readonly saidMs?: number;
  readonly utteranceId?: string;
  readonly phrase?: number;
  /** Of words that are asked for after others: where they were found last, whatever they count for. */
  readonly found?: FoundWords;
}

export interface FoundWords {
  readonly startMs: number;
  readonly endMs: number;
  readonly utteranceId: string;
  readonly phrase: number;
}

/** What the end of an alert is told with. What its rule said is kept: it may be gone. */
export interface ToldAlert extends Pick<AlertRule, 'name' | 'severity'> {
  readonly onsetMs: number;
  readonly revision: number;
}

/** An alert that was raised and is not over. */
export interface OpenAlert extends ToldAlert {
  /** When it was told last, and what of: how many conditions, and how far a level was beyond its bound. */
  readonly toldMs: number;
  readonly toldEvidence: number;
  readonly toldPeak: number;
}

export const NO_ALERTS: AlertState = {
  tickMs: 0,
  rules: {},
  series: {},
  interruptions: { customer: { count: 0, atMs: [] }, agent: { count: 0, atMs: [] } },
};
