import type { Party } from '@rapport-live/protocol';
import { type AlertState, NO_ALERTS } from '../alerts/alert-state';
import type { HeardIntent } from './active-intents';
import type { HoldState } from './hold-state';
import { NO_TALK_HEARD, type TalkState } from './talk-state';
import { type PackedFloats, packFloats, unpackFloats } from './packed-floats';

/** Raised when the shape below changes: older snapshots are then converted or refused. */
export const SESSION_STATE_VERSION = 6;

/** Most that a session's state may take, serialised as JSON in UTF-8. */
export const MAX_STATE_BYTES = 64 * 1024;

/** All that is remembered of a session behind streams (rule 8). Plain data: it travels as JSON. */
export interface SessionState {
  readonly version: typeof SESSION_STATE_VERSION;
  /** 0 before the first window. */
  readonly lastWindowEndMs: number;
  /** The last window, degraded window or heartbeat: silence is counted from here. */
  readonly lastSignMs: number;
  /** Moving mean of the joint embedding, [128]; empty before the first assessment. */
  readonly memory: PackedFloats;
  readonly activeIntents: readonly HeardIntent[];
  /** The customer's last words that could be scored. */
  readonly lastScored: { readonly endMs: number; readonly outOfScope: boolean } | null;
  readonly alerts: AlertState;
  readonly talkCounters: Readonly<Record<Party, TalkCounter>>;
  readonly talk: TalkState;
  /** Null until somebody reports a hold. */
  readonly holds: HoldState | null;
  /** The agent as a subject of its own, where that is allowed (rule 9). */
  readonly agent: { readonly lastWindowEndMs: number };
  /** Stated or told; null while it is looked for. */
  readonly language: KnownLanguage | null;
}

export interface KnownLanguage {
  /** BCP 47; `und` when it was given up. */
  readonly tag: string;
  readonly source: 'stated' | 'voice' | 'chat';
}

export interface TalkCounter {
  readonly utterances: number;
  /** Length of the utterances, ms. */
  readonly utteranceMs: number;
  /** Speech in them, ms. */
  readonly speechMs: number;
  /** Of utterances alone. */
  readonly words: number;
  readonly messages: number;
}

const NO_TALK: TalkCounter = { utterances: 0, utteranceMs: 0, speechMs: 0, words: 0, messages: 0 };

const INITIAL_STATE: SessionState = {
  version: SESSION_STATE_VERSION,
  lastWindowEndMs: 0,
  lastSignMs: 0,
  memory: '',
  activeIntents: [],
  lastScored: null,
  alerts: NO_ALERTS,
  talkCounters: { customer: NO_TALK, agent: NO_TALK, mixed: NO_TALK },
  talk: NO_TALK_HEARD,
  holds: null,
  agent: { lastWindowEndMs: 0 },
  language: null,
};

/** Of a session that begins; `stated`: its language, BCP 47. */
export function initialState(stated?: string): SessionState {
  return stated === undefined ? INITIAL_STATE : { ...INITIAL_STATE, language: { tag: stated, source: 'stated' } };
}

/** Moves a packed mean towards new values by a share in [0, 1]; an empty one, or one of another width, starts anew. */
export function moveMean(mean: PackedFloats, values: Float32Array, share: number): PackedFloats {
  const before = unpackFloats(mean);
  if (before.length !== values.length) return packFloats(values);
  return packFloats(before.map((value, i) => value + share * ((values[i] ?? 0) - value)));
}
