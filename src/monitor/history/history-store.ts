import type { Emotion, EventType } from '@rapport-live/protocol';
import type { TapPosition } from '../../delivery/record-tap';
import type { HistoryFact } from './ingest/history-fact';

/** What a search or a list is narrowed to. Everything that is given must hold; times are wall clock, ms since 1970. */
export interface SessionFilter {
  readonly tenant: string;
  /** Teams that the viewer may see; absent: all, and sessions without a team. */
  readonly visibleTeams?: readonly string[];
  readonly sessionId?: string;
  readonly team?: string;
  readonly agentId?: string;
  readonly customerId?: string;
  readonly queue?: string;
  readonly channel?: string;
  readonly language?: string;
  /** An intent that was active at some moment. */
  readonly intent?: string;
  /** An emotion that was the assessed one, not abstained, with at least this confidence. */
  readonly emotion?: { readonly label: Emotion; readonly min: number };
  readonly fromMs?: number;
  readonly toMs?: number;
  /** True: only those that go on; false: only those that are over. */
  readonly live?: boolean;
}

/** Behind which session of a list the next page begins; lists run from the newest start to the oldest. */
export interface SessionPlace {
  readonly startedMs: number;
  readonly sessionId: string;
}

export interface StoredSession {
  readonly tenant: string;
  readonly sessionId: string;
  readonly startedMs: number;
  /** Null: it goes on, or its end was never written. */
  readonly endedMs: number | null;
  readonly durationMs: number | null;
  readonly reason: string | null;
  readonly externalId: string | null;
  readonly customerId: string | null;
  readonly agentId: string | null;
  readonly team: string | null;
  readonly queue: string | null;
  readonly channel: string | null;
  readonly language: string | null;
}

/** The most that an emotion was, and when. */
export interface StoredPeak {
  readonly sessionId: string;
  readonly emotion: Emotion;
  readonly confidence: number;
  readonly atMs: number;
}

export interface StoredIntent {
  readonly sessionId: string;
  readonly intent: string;
  readonly score: number;
  readonly atMs: number;
}

/** Either of the two. */
export interface MomentName {
  readonly windowEndMs?: number;
  readonly utteranceId?: string;
}

export interface StoredEvent {
  readonly seq: number;
  /** The CloudEvent as JSON. */
  readonly json: string;
}

/** Behind which final the next page begins. */
export interface FinalPlace {
  readonly startMs: number;
  /** Of its row. */
  readonly seq: number;
}

export interface StoredFinal extends FinalPlace {
  /** The CloudEvent as JSON. */
  readonly json: string;
}

/** A moment that was found: an utterance, or a window. */
export interface FoundMoment {
  readonly sessionId: string;
  readonly kind: 'utterance' | 'window';
  readonly startMs: number;
  readonly endMs: number;
  /** Of an utterance. */
  readonly utteranceId?: string;
  readonly party?: string;
  readonly text?: string;
  /** Of a window. */
  readonly label?: string;
  readonly confidence?: number;
  /** Cosine, or the rank function of the full text: higher is better, and only comparable within one answer. */
  readonly score: number;
}

export interface StoredCorrection {
  readonly sessionId: string;
  readonly eventId: string;
  readonly atMs: number;
  readonly json: string;
}

/** Whose text has no embedding yet. */
export interface BareUtterance {
  /** Of its row. */
  readonly seq: number;
  readonly eventId: string;
  readonly text: string;
}

/**
 * Past and running conversations, to be listed, read and searched. Implementations: libSQL in a file of the data folder, and
 * PostgreSQL with pgvector; one contract test holds both. All reject with what the database says.
 */
export interface HistoryStore {
  /** Of the newest record of that log whose facts are kept; undefined: none yet. Services that share a store read a log each. */
  position(logId: string): Promise<TapPosition | undefined>;
  /** All of it and the place, or nothing. A fact whose event is known already changes nothing. */
  keep(facts: readonly HistoryFact[], position: TapPosition): Promise<void>;

  /** Newest first. */
  sessions(filter: SessionFilter, limit: number, after?: SessionPlace): Promise<readonly StoredSession[]>;
  peaks(tenant: string, sessionIds: readonly string[]): Promise<readonly StoredPeak[]>;
  intents(tenant: string, sessionIds: readonly string[]): Promise<readonly StoredIntent[]>;
  /** In the order in which they became durable. */
  events(tenant: string, sessionId: string, afterSeq: number, limit: number): Promise<readonly StoredEvent[]>;
  /** The newest first; `beforeSeq`: those that stand before it. */
  eventsOfType(
    tenant: string,
    sessionId: string,
    type: EventType,
    limit: number,
    beforeSeq?: number,
  ): Promise<readonly StoredEvent[]>;
  /** The events of utterances and messages, in the order of their starts and not of the log. */
  finals(tenant: string, sessionId: string, limit: number, after?: FinalPlace): Promise<readonly StoredFinal[]>;
  /** The event of a window or utterance, as JSON. */
  eventOf(tenant: string, sessionId: string, moment: MomentName): Promise<string | undefined>;
  corrections(tenant: string, limit: number, afterEventId?: string): Promise<readonly StoredCorrection[]>;

  /** Utterances nearest to an embedding of the text encoder, exact, filters first. */
  nearestUtterances(vector: Float32Array, filter: SessionFilter, limit: number): Promise<readonly FoundMoment[]>;
  /** Utterances that have any of these words (lower case, letters and digits), best first. */
  matchingUtterances(words: readonly string[], filter: SessionFilter, limit: number): Promise<readonly FoundMoment[]>;
  /** Windows nearest to a joint embedding. */
  nearestWindows(vector: Float32Array, filter: SessionFilter, limit: number): Promise<readonly FoundMoment[]>;
  /** Of the window and utterance at a moment of a session, as far as there are any. */
  vectorsAt(
    tenant: string,
    sessionId: string,
    atMs: number,
  ): Promise<{ window?: Float32Array; utterance?: Float32Array }>;

  /** The oldest first. */
  bareUtterances(afterSeq: number, limit: number): Promise<readonly BareUtterance[]>;
  embed(vectors: readonly { readonly eventId: string; readonly vector: Float32Array }[]): Promise<void>;
  /** Embeddings of another encoder than this one mean nothing here: they are removed, and made anew. */
  useEncoder(name: string): Promise<void>;

  /** Nothing of these sessions is left, in no file of ours. */
  erase(tenant: string, sessionIds: readonly string[]): Promise<void>;
  /** Which of a customer's sessions are kept. */
  sessionsOf(tenant: string, customerId: string): Promise<readonly string[]>;
  /** Sessions that ended (or, without an end, began) before this moment; as `erase`. Resolves to how many went, at most `limit`. */
  removeOlder(beforeMs: number, limit: number): Promise<number>;
  /** Bytes that it takes, as far as they count against the disk of this service; 0: they do not. */
  bytes(): Promise<number>;
  /** The oldest sessions, those that go on last of all; as `erase`. Resolves to how many went. */
  removeOldest(count: number): Promise<number>;
  close(): Promise<void>;
}
