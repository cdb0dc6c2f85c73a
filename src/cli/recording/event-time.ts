/** A stretch of sound: when it begins by the times of its container, and how long it is. */
export interface Stretch {
  readonly timeMs: number;
  readonly lengthMs: number;
}

/** A stretch, and the silence that goes before it. */
export interface Placed<T> {
  readonly stretch: T;
  readonly silenceMs: number;
}

export interface EventTimeOptions {
  /** How long the file says it is; Infinity when it does not. */
  readonly durationMs: number;
  /** Where the first stretch has its time from; undefined: from its own, so that a late start is none. */
  readonly beginMs?: number;
  /** Told when holes were not believed. */
  readonly onFault?: (reason: string) => void;
}

/** Times of containers are rounded; ms. */
const HOLE_MS = 60;
/** A longer one is a wrong time, ms. */
const MAX_HOLE_MS = 600_000;
/** Holes from here on are only believed when what follows does not go back behind them, ms. */
const DOUBTFUL_HOLE_MS = 1000;
/** So much sound is looked at behind a doubtful hole, ms: longer than the cluster of a recorder, whose time one bit can spoil. */
const LOOK_AHEAD_MS = 30_000;
/** A file may be longer than it says by this, ms. */
const SLACK_MS = 1000;

/**
 * Puts stretches of sound where their times say, with silence in the holes between: a pause in a container with times is a pause
 * of the conversation. A time that later ones take back, and one beyond the end of the file, is damaged: it makes no hole.
 * What is late or overlaps goes on behind what was there: sound is never dropped.
 */
export async function* inEventTime<T extends Stretch>(
  stretches: AsyncIterable<T>,
  { durationMs, beginMs, onFault }: EventTimeOptions,
): AsyncGenerator<Placed<T>> {
  const queue: { readonly stretch: T; timeMs: number }[] = [];
  let queuedMs = 0;
  let startMs = beginMs;
  let madeMs = 0;
  let isDamaged = false;
  const place = ({ stretch, timeMs }: { stretch: T; timeMs: number }): Placed<T> => {
    const holeMs = timeMs - startMs! - madeMs;
    const isHole = holeMs > HOLE_MS;
    const isTrue = isHole && holeMs <= MAX_HOLE_MS && timeMs - startMs! <= durationMs + SLACK_MS;
    const silenceMs = isTrue ? holeMs : 0;
    if (isHole && !isTrue) startMs! += holeMs; // nothing took it back: all that follows is ahead by this
    isDamaged ||= (isHole && !isTrue) || timeMs < stretch.timeMs - DOUBTFUL_HOLE_MS;
    madeMs += stretch.lengthMs + silenceMs;
    return { stretch, silenceMs };
  };
  for await (const stretch of stretches) {
    startMs ??= stretch.timeMs;
    let latestMs = stretch.timeMs;
    for (const waiting of queue.toReversed()) {
      latestMs -= waiting.stretch.lengthMs;
      if (waiting.timeMs <= latestMs) break;
      waiting.timeMs = latestMs;
    }
    queue.push({ stretch, timeMs: stretch.timeMs });
    queuedMs += stretch.lengthMs;
    while (queue.length > 0) {
      const isDoubtful = queue[0]!.timeMs - startMs - madeMs > DOUBTFUL_HOLE_MS;
      if (isDoubtful && queuedMs < LOOK_AHEAD_MS) break;
      const next = queue.shift()!;
      queuedMs -= next.stretch.lengthMs;
      yield place(next);
    }
  }
  for (const last of queue) yield place(last);
  if (isDamaged) onFault?.('times that cannot be right');
}
