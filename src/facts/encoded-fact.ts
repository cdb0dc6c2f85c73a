import type { AbsentReason, ModelRef, Party, ShedStep, TranscriptWord } from '@rapport-live/protocol';
import type { StreamUpdated, StreamsEnded, TimeSpan, UnheardSpan } from './stream-fact';
import type { TokenSequence } from './token-sequence';

/** What the models stage says of each fact. Hops keep their order; texts come when they are ready. */
export type EncodedFact =
  EncodedHop | EncodedText | PartialText | HopFailed | LanguageTold | StreamUpdated | StreamsEnded;

export interface EncodedHop {
  readonly kind: 'hop';
  readonly hopStartMs: number;
  readonly hopEndMs: number;
  readonly voice: VoiceEvidence;
  readonly face: FaceEvidence;
  /** A channel with both parties mixed spoke in this hop: no emotion can be told (rule 9). */
  readonly mixedSpeech: boolean;
  /** Steps of rule 16 that this session was under; absent: none. */
  readonly shed?: readonly ShedStep[];
  readonly speech: readonly PartySpeech[];
  /** As in `Hop`. */
  readonly unheard?: readonly UnheardSpan[];
  readonly heldSinceMs?: number;
  /** Absent: the emotion of the agent is not computed. */
  readonly agent?: AgentHop;
  readonly releasedAtMs: number;
  /** When it was due on the same clock (`LiveDue`): what is late counts from here. */
  readonly dueAtMs: number;
  /** Summed over the jobs on this hop's critical path. */
  readonly waitMs: number;
  readonly modelMs: number;
}

/** The same second of the agent as a subject of its own, where that is allowed (rule 9). */
export type AgentHop = Omit<EncodedHop, 'agent'> | Omit<HopFailed, 'agent'>;

/** Who spoke when in a hop: one for each voice stream, silent ones too. */
export interface PartySpeech {
  readonly party: Party;
  /** Ordered, not overlapping. */
  readonly spans: readonly TimeSpan[];
}

export interface VoiceEvidence {
  /** Speech of the subject in the last 4 s, ms. */
  readonly speechMs: number;
  /** The subject spoke in this hop: something new was said. */
  readonly fresh: boolean;
  /** Tokens of the last 4 s; absent with a reason. */
  readonly sequence?: TokenSequence;
  readonly absentReason?: AbsentReason;
}

export interface FaceEvidence {
  /** One token for each still of this hop with the subject's face in it. */
  readonly sequence: TokenSequence;
  /** Whose face each token is, as it was told apart from others in this session; absent: not told. */
  readonly faceIds?: readonly string[];
  /** Stills looked at in this hop, faces or not. */
  readonly stills: number;
  /** Stills that came and were not looked at, by the step `video` of rule 16; absent: none. */
  readonly shedStills?: number;
}

export interface EncodedText {
  readonly kind: 'text';
  readonly textId: string;
  readonly source: 'voice' | 'chat';
  readonly streamName: string;
  readonly party: Party;
  readonly startMs: number;
  readonly endMs: number;
  /** From the first to the last speech in it, ms; 0 for chat. */
  readonly speechMs: number;
  /** Redacted. */
  readonly text: string;
  readonly redactions: Readonly<Record<string, number>>;
  /** BCP 47, of the session: absent while it is looked for, `und` once that was given up. */
  readonly language?: string;
  readonly confidence?: number;
  /** Redacted; only of what was spoken. Media time. */
  readonly words?: readonly TranscriptWord[];
  /** Only for the customer's words, and those of an agent who may be assessed. Times are all `endMs`. */
  readonly sequence?: TokenSequence;
  /** Sentence embedding, L2 norm 1, only for the customer's words. */
  readonly embedding?: Float32Array;
  /** Its final is durable, from before the process died: the session's state knows of it, or does not. Absent: it is new. */
  readonly kept?: 'in_state' | 'behind_state';
  /** Of one that is kept: a window with it was assessed before the process died. */
  readonly assembled?: boolean;
  /** Why the customer's words have no sequence and embedding. */
  readonly absentReason?: 'language' | 'language_undetermined' | 'shed';
  readonly models: readonly ModelRef[];
}

/** The words so far of an utterance that goes on. Never kept. */
export interface PartialText {
  readonly kind: 'partial';
  readonly utteranceId: string;
  /** 0 for the first of an utterance. */
  readonly revision: number;
  readonly party: Party;
  readonly startMs: number;
  readonly endMs: number;
  /** Redacted. */
  readonly text: string;
  /** UTF-16 units of `text`, from its beginning, that every later partial of this utterance repeats. */
  readonly committed: number;
}

/** The language that a session did not state: told once, before the text that told it. */
export interface LanguageTold {
  readonly kind: 'language';
  /** Of the text that told it. */
  readonly mediaMs: number;
  /** BCP 47; `und` when it could not be told in the tries there are. */
  readonly language: string;
  /** In [0, 1]; of `und` the best there was. */
  readonly confidence: number;
  readonly source: 'voice' | 'chat';
}

/** A hop whose inference failed or was refused: its window is announced as degraded. */
export interface HopFailed {
  readonly kind: 'hop-failed';
  readonly hopStartMs: number;
  readonly hopEndMs: number;
  readonly speech: readonly PartySpeech[];
  /** As in `Hop`. */
  readonly unheard?: readonly UnheardSpan[];
  readonly heldSinceMs?: number;
  /** As in `EncodedHop`. */
  readonly agent?: AgentHop;
  /** `shed`: left out by a step of rule 16. */
  readonly reason: 'inference_failed' | 'queue_full' | 'deadline' | 'shed' | 'job_quarantined';
  /** Of one that was shed: there was nothing in it to assess. */
  readonly nothingNew?: boolean;
}
