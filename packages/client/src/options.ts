import type { SessionStart } from '@rapport-live/protocol';

/** Bounds of a session of the client. Times are wall ms, sizes bytes; each has a default. */
export interface ClientBounds {
  /** From connecting to the answer of the service, at each try. Default 10 s. */
  readonly timeoutMs: number;
  /** Server messages kept unread before the socket is paused. Default 1,024. */
  readonly maxUnreadMessages: number;
  /**
   * Media of one stream that waits for credit or for the connection. Beyond it the oldest is dropped, declared to the
   * service and told by the event `gap`. Default 16 MiB: 8 min of 16 kHz PCM.
   */
  readonly maxQueuedBytes: number;
  /** Media of one stream that waits, from which on the event `pressure` is told. Default 128 KiB: 4 s of 16 kHz PCM. */
  readonly pressureBytes: number;
  /**
   * Media of one stream kept for a resume, from the last `media.acked` on. It should hold the longest utterance and 5 s
   * beside what credit lets run ahead. Default 16 MiB: 87 s of the widest PCM (48 kHz, two channels).
   */
  readonly maxReplayBytes: number;
  /** Chat messages kept until their final has come. Default 256. */
  readonly maxPendingChats: number;
  /** Messages of pause, consent and participants kept until they are answered. Default 64. */
  readonly maxPendingControls: number;
  /** Without a ping, a message or a pong the connection counts as lost after this. Default 30 s. */
  readonly maxSilenceMs: number;
  /** The first try to reconnect comes within this, at random; each further one within twice the time before. Default 250 ms. */
  readonly reconnectBaseMs: number;
  /** Longest wait between two tries. Default 5 s. */
  readonly reconnectMaxMs: number;
  /** Results read before they are acknowledged, if that is sooner than `ackEveryMs`. Default 32. */
  readonly ackEveryResults: number;
  /** From reading a result to its acknowledgement, at most. Default 1 s. */
  readonly ackEveryMs: number;
  /** Ids of results remembered to drop what comes twice. Default 4,096. */
  readonly maxRememberedIds: number;
}

export const CLIENT_BOUNDS: ClientBounds = {
  timeoutMs: 10_000,
  maxUnreadMessages: 1024,
  maxQueuedBytes: 16 * 1024 * 1024,
  pressureBytes: 128 * 1024,
  maxReplayBytes: 16 * 1024 * 1024,
  maxPendingChats: 256,
  maxPendingControls: 64,
  maxSilenceMs: 30_000,
  reconnectBaseMs: 250,
  reconnectMaxMs: 5_000,
  ackEveryResults: 32,
  ackEveryMs: 1_000,
  maxRememberedIds: 4096,
};

export interface ConnectOptions extends Partial<Omit<SessionStart, 'type' | 'ref'>>, Partial<ClientBounds> {
  /** For example `ws://127.0.0.1:8080/v1/stream`. */
  readonly url: string;
  /** An API key or a JWT; one of the two, this or `token`, is wanted. Not in browsers: they cannot send it, and must not have it. */
  readonly apiKey?: string;
  /** Gives the token of the next connection (`POST /v1/tokens`): each opens one, so it is asked before each. */
  readonly token?: () => string | Promise<string>;
  /** W3C Trace Context of the caller's span: the session becomes a part of its trace. */
  readonly traceparent?: string;
  /** Go on after a lost connection, where the service gives a token for it. Default true. */
  readonly resume?: boolean;
  /** Gives up connecting, and drops the session later on, as `abort` does. */
  readonly signal?: AbortSignal;
}

/** What of the options is said to the service, and what holds here. */
export function readOptions(options: ConnectOptions): { start: SessionStart; bounds: ClientBounds } {
  const { session, streams, pace, recorded, partials } = options;
  const start = { type: 'session.start', session, streams, pace, recorded, partials } as SessionStart;
  const given = Object.keys(CLIENT_BOUNDS) as (keyof ClientBounds)[];
  const bounds = Object.fromEntries(given.map((name) => [name, options[name] ?? CLIENT_BOUNDS[name]]));
  return { start, bounds: bounds as unknown as ClientBounds };
}
