import type { EventStream } from './event-stream';

/** Between two changes that a reader is told of, ms: at most four a second. */
const CHANGE_MS = 250;

export interface News {
  /** There is something to tell. */
  readonly isThere: () => boolean;
  /** Tells all of it; the reader is not behind. */
  readonly tell: () => void;
  /** Something was told just now. */
  readonly hasBegun: boolean;
}

/**
 * Tells one reader what is new, in its time; a reader that is behind is told when it has caught up. Returns what is to be called
 * when something is. Ends with the stream.
 */
export function pacedNews(stream: EventStream, { isThere, tell, hasBegun }: News): () => void {
  let timer: NodeJS.Timeout | undefined;
  let nextMs = hasBegun ? performance.now() + CHANGE_MS : 0;
  const due = (): void => {
    timer = undefined;
    // told of by onDrain
    if (stream.isBehind) return;
    tell();
    nextMs = performance.now() + CHANGE_MS;
  };
  const arm = (): void => {
    if (isThere() && !stream.isEnded) timer ??= setTimeout(due, Math.max(0, nextMs - performance.now()));
  };
  stream.onDrain(arm);
  stream.onEnd(() => clearTimeout(timer));
  return arm;
}
