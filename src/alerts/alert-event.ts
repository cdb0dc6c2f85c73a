import type { Party, WindowAssessedData } from '@rapport-live/protocol';

/** What rules are told of a session, in the order of media time. Plain data. */
export type AlertEvent = AlertTick | AlertText | AlertEnd;

/** A second of the conversation has passed, with an assessment or without. */
export interface AlertTick {
  readonly kind: 'tick';
  /** The watermark: end of the window, ms. */
  readonly nowMs: number;
  /** Of the customer; absent: nothing new, or it was not assessed. */
  readonly assessed?: AssessedPart;
  readonly talk: TalkNow;
}

export type AssessedPart = Pick<
  WindowAssessedData,
  'emotion' | 'valence' | 'arousal' | 'abstained' | 'intents' | 'degraded'
>;

/** How the conversation goes, as far as rules ask. */
export interface TalkNow {
  readonly onHold: boolean;
  /** What was heard of it so far, ms. */
  readonly heardMs: number;
  /** The rest only where both parties are heard apart. How long nobody has been speaking, ms. */
  readonly silentForMs?: number;
  /** Since the start, by who interrupted. */
  readonly interruptions?: Readonly<Record<TalkingParty, number>>;
  readonly talkShare?: Readonly<Record<TalkingParty, number>>;
}

export type TalkingParty = 'customer' | 'agent';

/** A final transcript or a chat message, redacted. */
export interface AlertText {
  readonly kind: 'text';
  readonly utteranceId: string;
  readonly party: Party;
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

/** Nothing more comes: what was said last is judged, then every alert is over. */
export interface AlertEnd {
  readonly kind: 'end';
  /** False: nothing is raised any more, as when consent was withdrawn. */
  readonly isJudged: boolean;
}
