import type { StreamGap } from './stream-sender';

/** What happens to a session beside its results. */
export interface SessionEvents {
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
}

type Listener<E> = (event: E) => void;

export class EventHub {
  private readonly listeners: { [K in keyof SessionEvents]: Set<Listener<SessionEvents[K]>> } = {
    reconnecting: new Set(),
    resumed: new Set(),
    gap: new Set(),
  };

  /** Returns what takes the listener off again. */
  on<K extends keyof SessionEvents>(kind: K, listener: Listener<SessionEvents[K]>): () => void {
    this.listeners[kind].add(listener);
    return () => this.listeners[kind].delete(listener);
  }

  emit<K extends keyof SessionEvents>(kind: K, event: SessionEvents[K]): void {
    for (const listener of [...this.listeners[kind]]) listener(event);
  }
}
