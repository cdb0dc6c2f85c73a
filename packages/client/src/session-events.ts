import type { ErrorMessage, EventType, ServerMessage, TypedEvent } from '@rapport-live/protocol';
import type { CaptureChange } from './capture/capture';
import type { StreamGap } from './stream-sender';

/** An event by its type. */
export type EventOf<T extends EventType> = Extract<TypedEvent, { readonly type: T }>;

/** What the iteration yields: results, ephemeral events (partial transcripts, heartbeats), errors that the service told. */
export type SessionEvent =
  | (Omit<Extract<ServerMessage, { type: 'result' }>, 'event'> & { readonly event: TypedEvent })
  | (Omit<Extract<ServerMessage, { type: 'ephemeral' }>, 'event'> & { readonly event: TypedEvent })
  | ErrorMessage;

/** What can be listened to: what happens to a session, and each type of its results. */
export type SessionEvents = SessionHappenings & { readonly [T in EventType]: EventOf<T> };

/** What happens to a session beside its results. */
export interface SessionHappenings {
  /** The connection is lost; the next try comes in `delayMs`. */
  readonly reconnecting: { readonly attempt: number; readonly delayMs: number; readonly cause: Error };
  /** The session goes on over another connection. */
  readonly resumed: {
    /** Counts up when the session moved to another process of the service. */
    readonly epoch: number;
    /** The service still held the lost connection for alive. */
    readonly tookOver: boolean;
    readonly attempts: number;
    /** The last result of the session so far: what lies between comes now. */
    readonly resultSeq: number;
  };
  /** Media that the service will never get: it is told too, and announces it in `rapport.session.updated`. */
  readonly gap: StreamGap;
  /** More media of a stream waits than should (`pressureBytes`), or half of that again: who makes media should make less. */
  readonly pressure: { readonly streamId: number; readonly queuedBytes: number; readonly isHigh: boolean };
  /** A microphone or camera was muted, goes on, or has ended. */
  readonly capture: CaptureChange;
  /** The service refused something; the session goes on. */
  readonly error: ErrorMessage;
  /** Nothing follows. `failure`: why, where it did not end well. */
  readonly over: { readonly failure: Error | undefined };
}

type Listener = (event: never) => void;

export class EventHub {
  private readonly listeners = new Map<string, Set<Listener>>();

  /** Somebody listens to a type of result. */
  get hearsResults(): boolean {
    return [...this.listeners].some(([kind, { size }]) => size > 0 && kind.startsWith('rapport.'));
  }

  /** Returns what takes the listener off again; `signal` does so too. */
  on<K extends keyof SessionEvents>(
    kind: K,
    listener: (event: SessionEvents[K]) => void,
    signal?: AbortSignal,
  ): () => void {
    if (signal?.aborted === true) return () => {};
    const listeners = this.listeners.get(kind) ?? new Set();
    this.listeners.set(kind, listeners.add(listener));
    const off = (): void => {
      listeners.delete(listener);
      signal?.removeEventListener('abort', off);
    };
    signal?.addEventListener('abort', off);
    return off;
  }

  emit<K extends keyof SessionEvents>(kind: K, event: SessionEvents[K]): void {
    for (const listener of [...(this.listeners.get(kind) ?? [])]) {
      try {
        (listener as (event: SessionEvents[K]) => void)(event);
      } catch (error) {
        // A fault of the listener is told as one, and harms no session.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
