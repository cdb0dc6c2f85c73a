import type { Party } from '@rapport-live/protocol';
import type { RawText } from '../redaction/redaction';

/** Everything streams say, in event time (ms since `session.start`). Facts of one session come in order. */
export type StreamFact = Hop | UtteranceClosed | UtteranceOpen | ChatReceived | StreamUpdated | StreamsEnded;

/** A fact that is done with, for `SessionStreams.settle`; of a hop its end is enough. */
export type SettledFact = Exclude<StreamFact, Hop> | Pick<Hop, 'kind' | 'hopEndMs'>;

export interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** A stretch of which nothing is known: the session was paused, or everybody may have heard the music of a hold. */
export interface UnheardSpan extends TimeSpan {
  readonly held?: true;
}

/** What arrived in one second of media time, hops do not overlap. Emitted when the watermark passes `hopEndMs`. */
export interface Hop {
  readonly kind: 'hop';
  readonly hopStartMs: number;
  readonly hopEndMs: number;
  readonly voices: readonly HopVoice[];
  readonly stills: readonly HopStill[];
  /** Where the session was paused or on hold: nothing is known of it, so it is no silence. Absent: nowhere. */
  readonly unheard?: readonly UnheardSpan[];
  /** It ends in a hold that began then; absent: it does not. */
  readonly heldSinceMs?: number;
  /** Monotonic wall time (performance.now) at which the watermark passed the end: the zero of the latency clock. */
  readonly releasedAtMs: number;
}

export interface HopVoice {
  readonly streamName: string;
  readonly party: Party;
  /** 16 kHz mono, exactly (hopEndMs - hopStartMs) * 16 samples; zero where nothing arrived. Read only: silent hops share one array. */
  readonly pcm: Int16Array;
  /** Speech within the hop, ordered, not overlapping. */
  readonly speech: readonly TimeSpan[];
}

export interface HopStill {
  readonly streamName: string;
  readonly party: Party;
  readonly ptsMs: number;
  /** JPEG, PNG or WebP, compressed as it came. */
  readonly still: Uint8Array;
}

/** A stretch of speech cut by voice activity, with pre-roll; at most the longest utterance long. */
export interface UtteranceClosed {
  readonly kind: 'utterance';
  /** `STREAM-STARTMS`, unique in the session. */
  readonly utteranceId: string;
  readonly streamName: string;
  readonly party: Party;
  readonly startMs: number;
  readonly endMs: number;
  /** From the first to the last speech in it, short pauses included, ms: without the quiet before and behind. */
  readonly speechMs: number;
  /** 16 kHz mono. */
  readonly pcm: Int16Array;
}

/** An utterance that goes on: what came of it so far. Only in sessions that asked for partial transcripts. */
export interface UtteranceOpen {
  readonly kind: 'utterance-open';
  /** That of the `UtteranceClosed` it becomes. */
  readonly utteranceId: string;
  readonly streamName: string;
  readonly party: Party;
  readonly startMs: number;
  readonly endMs: number;
  /** 16 kHz mono. */
  readonly pcm: Int16Array;
}

export interface ChatReceived {
  readonly kind: 'chat';
  readonly messageId: string;
  readonly party: 'customer' | 'agent';
  /** Unique among the chat of its session: it is the natural key. */
  readonly ptsMs: number;
  readonly text: RawText;
}

/** Something about the input that consumers must know, published as `rapport.session.updated`. */
export interface StreamUpdated {
  readonly kind: 'updated';
  readonly update: 'gap' | 'shed' | 'notice' | 'pause' | 'participant' | 'language';
  readonly mediaMs: number;
  /** What it is about when not the whole session: a stream's name, an utterance's or message's id. */
  readonly scope?: string;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}

/** The last fact. */
export interface StreamsEnded {
  readonly kind: 'ended';
  readonly durationMs: number;
  /** Chunks dropped, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
}
