import type { Emotion } from '@rapport-live/protocol';

interface OfSession {
  readonly tenant: string;
  readonly sessionId: string;
}

/** What history keeps of a record. One record gives several; each may be kept twice without harm. */
export type HistoryFact =
  | (OfSession & {
      readonly kind: 'session';
      readonly startedMs: number;
      readonly externalId?: string;
      readonly customerId?: string;
      readonly agentId?: string;
      readonly team?: string;
      readonly queue?: string;
      readonly channel?: string;
      readonly language?: string;
    })
  | (OfSession & {
      readonly kind: 'ended';
      readonly endedMs: number;
      readonly durationMs: number;
      readonly reason: string;
    })
  | (OfSession & { readonly kind: 'language'; readonly language: string })
  /** `onlyKnown`: of no session that history need begin for it. */
  | (OfSession & {
      readonly kind: 'event';
      readonly eventId: string;
      readonly type: string;
      readonly json: string;
      readonly atMs: number;
      readonly onlyKnown: boolean;
    })
  | (OfSession & {
      readonly kind: 'utterance';
      readonly eventId: string;
      readonly utteranceId: string;
      readonly party: string;
      readonly startMs: number;
      readonly endMs: number;
      readonly text: string;
      /** Of the text encoder; absent: not of this process, or nobody has made it yet. */
      readonly vector?: Float32Array;
    })
  | (OfSession & {
      readonly kind: 'window';
      readonly eventId: string;
      readonly startMs: number;
      readonly endMs: number;
      readonly label?: Emotion;
      readonly confidence?: number;
      /** Joint embedding; absent: not of this process, or there was none. */
      readonly vector?: Float32Array;
    })
  | (OfSession & {
      readonly kind: 'peak';
      readonly emotion: Emotion;
      readonly confidence: number;
      readonly atMs: number;
    })
  | (OfSession & { readonly kind: 'intent'; readonly intent: string; readonly score: number; readonly atMs: number })
  | (OfSession & { readonly kind: 'erased' });
