import type { CallLine, CallTranscript } from './call-line';
import type { Fault } from './client-text';
import type { MediaParameter, OpenParameters } from './messages';

/** The connection, as the session uses it. */
export interface AudioHookPeer {
  send(text: string): void;
  hangUp(): void;
  /** For the log: the client is told the same. */
  faulty(fault: Fault): void;
  /** Returns how to undo it. */
  later(ms: number, task: () => void): () => void;
}

export interface OpenRequest {
  readonly sessionId: string;
  readonly parameters: OpenParameters;
  readonly media: MediaParameter;
  readonly positionMs: number;
}

/** What a session hears of its call. */
export interface CallListener {
  transcript(transcript: CallTranscript): void;
  /** It is over, and everything was told. `moves`: this instance goes, another may take the call. */
  ended(how: 'over' | 'moves'): void;
  /** It goes on over another connection. */
  taken(): void;
  failed(why: string): void;
}

export interface OpenedCall {
  readonly line: CallLine;
  /** The listener hears from now on, also of what came before. */
  begin(): void;
}

/** Who has the calls. */
export interface CallDesk {
  /** Begins a call, or goes on with one. Throws RapportError when it is refused. */
  open(request: OpenRequest, listener: CallListener): OpenedCall;
  /** Languages of transcripts, as `en-US`. */
  readonly languages: readonly string[];
}

export interface AudioHookOptions {
  /** From the connection to `open`, ms. Default 9 s: within what the door gives every connection. */
  readonly openTimeoutMs: number;
  /** From our `disconnect` or `closed` to the client's part of the goodbye, ms. Default 5 s. */
  readonly goodbyeTimeoutMs: number;
  /** Events that wait while the client asks us to send less; more are dropped, the oldest first. Default 64. */
  readonly maxHeldEvents: number;
  /** Longest wait that a client can ask for so, ms. Default 30 s. */
  readonly maxHoldMs: number;
}
export const AUDIOHOOK_DEFAULTS: AudioHookOptions = {
  openTimeoutMs: 9_000,
  goodbyeTimeoutMs: 5_000,
  maxHeldEvents: 64,
  maxHoldMs: 30_000,
};

export interface AudioHookIdentity {
  readonly sessionId: string;
  readonly organizationId: string;
}
