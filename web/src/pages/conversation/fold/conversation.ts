import type {
  AbstentionReason,
  AlertData,
  AlertEvidence,
  ConversationFigures,
  Emotion,
  EmotionDistribution,
  Modality,
  Party,
  SessionEndedData,
  SessionStartedData,
  WindowDegradedData,
} from '@rapport-live/protocol';

/** One conversation as its page shows it. All times are media time, ms, unless their names say otherwise. */

/** What was read in a window: never a label without its confidence. */
export interface Reading {
  readonly label: Emotion;
  readonly confidence: number;
  /** Probabilities; they sum to 1. Absent: they were not told. */
  readonly emotion?: EmotionDistribution;
  readonly valence: number;
  readonly arousal: number;
}

export interface ModalityPart {
  readonly present: boolean;
  /** Shapley value, in probability of the label; may be negative. */
  readonly contribution: number;
  readonly absentReason?: string;
}

/** The second that a window adds to the timeline. */
export interface WindowPoint {
  readonly endMs: number;
  /** `abstained`: there was not enough evidence; `skipped`: the service left the window out. */
  readonly standing: 'assessed' | 'abstained' | 'skipped';
  /** Of what was not assessed. */
  readonly why?: AbstentionReason | WindowDegradedData['reason'];
  /** Also of a window that abstained, where it had one. */
  readonly reading?: Reading;
  /** Absent of a skipped window. */
  readonly modalities?: Readonly<Record<Modality, ModalityPart>>;
  /** What was shed or missing while it was made. */
  readonly degraded: readonly string[];
}

export interface ScoredIntent {
  readonly name: string;
  readonly score: number;
}

/** An utterance or a message. */
export interface SaidLine {
  readonly kind: 'said';
  readonly id: string;
  readonly atMs: number;
  readonly endMs: number;
  readonly source: 'voice' | 'chat';
  readonly party: Party;
  /** As the redactor left it; to be shown as text, never as markup. */
  readonly text: string;
  /** Pieces of personal data that were masked in it. */
  readonly masked: number;
  /** The best first; none of an agent's. */
  readonly intents: readonly ScoredIntent[];
  readonly outOfScope: boolean;
}

export interface AlertLine {
  readonly kind: 'alert';
  /** The id of the event that raised it, as the queue of alerts names it; until that came, of what came of it first. */
  readonly id: string;
  readonly atMs: number;
  readonly ruleId: string;
  readonly name: string;
  readonly severity: AlertData['severity'];
  readonly evidence: readonly AlertEvidence[];
  /** Absent: it is open. */
  readonly cleared?: { readonly atMs: number; readonly reason?: AlertData['clearReason'] };
}

/** Something that whoever reads the conversation must know: a hold, a pause, missing media, who came and went. */
export interface RemarkLine {
  readonly kind: 'remark';
  readonly id: string;
  readonly atMs: number;
  readonly text: string;
}

export type Line = SaidLine | AlertLine | RemarkLine;

export interface Span {
  readonly startMs: number;
  /** Of one that goes on: as far as results go. */
  readonly endMs: number;
}

export interface Participant {
  readonly party: Party;
  /** Of `participant.update`, or absent: the party as a whole. */
  readonly id?: string;
  readonly standing: 'there' | 'on_hold' | 'left';
}

export interface Conversation {
  readonly started?: SessionStartedData;
  /** Absent: it goes on. */
  readonly ended?: SessionEndedData;
  /** As far as results go. */
  readonly durationMs: number;
  /** In order of their end, each end once. */
  readonly windows: readonly WindowPoint[];
  /** In order of their time; of the same time, in order of arrival. */
  readonly lines: readonly Line[];
  readonly participants: readonly Participant[];
  readonly holds: readonly Span[];
  readonly figures?: ConversationFigures;
  /** The oldest of windows and lines were let go: there were more than the page keeps. */
  readonly isCut: boolean;
}

/** Windows follow each other at this distance. */
export const HOP_MS = 1000;
