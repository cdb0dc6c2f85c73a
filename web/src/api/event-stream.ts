import { readEvents, type ServiceEvent } from './event-reader';
import { ask } from './request';
import { retryDelayMs } from './retry-delay';
import { ServiceError, unreachable } from './service-error';

/** How the line to the service does. */
export type Line =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** It is tried again by itself. */
  | { readonly kind: 'lost'; readonly error: ServiceError }
  /** It is not: there is no such thing, or nobody is logged in. */
  | { readonly kind: 'refused'; readonly error: ServiceError }
  /** Nothing more will come. */
  | { readonly kind: 'over' };

export interface EventStreamParts {
  readonly onEvent: (event: ServiceEvent) => void;
  readonly onLine: (line: Line) => void;
  /** Whether this is the last event of all. Default: none is. */
  readonly isLast?: (event: ServiceEvent) => boolean;
}

/** Without a byte for so long the line is given up, ms; the service sends a comment every 10 s. */
const SILENCE_MS = 25_000;
/** The service ends each line after some minutes; one that lasted for so long is opened again at once, ms. */
const MIN_LIFE_MS = 5_000;

/**
 * Reads a path of server-sent events for as long as `signal` says, over lost connections too: tried again with growing waits, at
 * once when the browser says that the network is back, from behind the last event that had an id.
 */
export function followEvents(path: string, parts: EventStreamParts, signal: AbortSignal): void {
  const { onEvent, onLine, isLast = () => false } = parts;
  let lastId: string | undefined;

  /** True: it was the end. Rejects with ServiceError. */
  async function once(): Promise<boolean> {
    const attempt = new AbortController();
    const stop = (): void => attempt.abort();
    signal.addEventListener('abort', stop);
    let silence = setTimeout(stop, SILENCE_MS);
    let isOver = false;
    try {
      const headers: Record<string, string> = lastId === undefined ? {} : { 'last-event-id': lastId };
      const answer = await ask(path, { signal: attempt.signal, headers });
      onLine({ kind: 'live' });
      const heard = (): void => {
        clearTimeout(silence);
        silence = setTimeout(stop, SILENCE_MS);
      };
      const take = (event: ServiceEvent): void => {
        lastId = event.id ?? lastId;
        isOver ||= isLast(event);
        onEvent(event);
      };
      await readEvents(answer.body!, take, heard);
      return isOver;
    } catch (error) {
      throw error instanceof ServiceError ? error : unreachable();
    } finally {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
      attempt.abort();
    }
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const [begunMs, begunId] = [performance.now(), lastId];
      let error: ServiceError | undefined;
      try {
        if (await once()) return onLine({ kind: 'over' });
      } catch (caught) {
        error = caught as ServiceError;
      }
      if (signal.aborted) return;
      if (error !== undefined && !error.mayPass) return onLine({ kind: 'refused', error });
      const wasGood = performance.now() - begunMs >= MIN_LIFE_MS || lastId !== begunId;
      if (wasGood) failures = 0;
      // it ended as it does every few minutes
      if (wasGood && error === undefined) continue;
      failures += 1;
      error ??= unreachable();
      onLine({ kind: 'lost', error });
      await pause(error.retryAfterMs ?? retryDelayMs(failures, Math.random()), signal);
    }
  }

  onLine({ kind: 'connecting' });
  void follow();
}

/** For so long, or until the network is back or nobody wants to know any more. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      removeEventListener('online', over);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    addEventListener('online', over);
    signal.addEventListener('abort', over);
  });
}
