import { SingleBar } from 'cli-progress';
import { clock } from './clock';

/** The one file that knows cli-progress. */

/** Lines for a log instead of a bar come this far apart, wall ms. */
const LINE_EVERY_MS = 5_000;

export interface Progress {
  /** How far media has been analysed, ms. */
  at(mediaMs: number): void;
  stop(): void;
}

/** A bar on a terminal, plain lines elsewhere: media time, and how many times faster than the recording itself. */
export function startProgress(
  stream: NodeJS.WriteStream,
  name: string,
  durationMs: number,
  nowMs: () => number = () => performance.now(),
): Progress {
  const startMs = nowMs();
  const total = durationMs === 0 ? '' : ` of ${clock(durationMs)}`;
  const told = (mediaMs: number): string => {
    const factor = mediaMs / Math.max(1, nowMs() - startMs);
    return `${clock(mediaMs)}${total}, ${factor.toFixed(1)} times real time`;
  };
  if (!stream.isTTY || durationMs === 0) {
    let nextMs = startMs + LINE_EVERY_MS;
    return {
      at: (mediaMs) => {
        if (nowMs() < nextMs) return;
        nextMs = nowMs() + LINE_EVERY_MS;
        stream.write(`${name}: ${told(mediaMs)}\n`);
      },
      stop: () => {},
    };
  }
  const bar = newBar(stream);
  bar.start(durationMs, 0, { name, told: told(0) });
  return {
    at: (mediaMs) => bar.update(Math.min(mediaMs, durationMs), { told: told(mediaMs) }),
    stop: () => bar.stop(),
  };
}

/** A bar on a terminal, plain lines elsewhere: how many of so many, and the time that is left at this speed. */
export function startCount(
  stream: NodeJS.WriteStream,
  name: string,
  total: number,
  nowMs: () => number = () => performance.now(),
): { one(): void } {
  const startMs = nowMs();
  let done = 0;
  const told = (): string => {
    const leftMs = ((nowMs() - startMs) / Math.max(1, done)) * (total - done);
    return `${done} of ${total}${done > 0 && done < total ? `, ${clock(leftMs)} left` : ''}`;
  };
  const bar = stream.isTTY ? newBar(stream) : undefined;
  bar?.start(total, 0, { name, told: told() });
  let nextMs = startMs;
  return {
    one: () => {
      done += 1;
      bar?.update(done, { told: told() });
      if (done >= total) bar?.stop();
      if (bar !== undefined || (done < total && nowMs() < nextMs)) return;
      nextMs = nowMs() + LINE_EVERY_MS;
      stream.write(`${name}: ${told()}\n`);
    },
  };
}

function newBar(stream: NodeJS.WriteStream): SingleBar {
  return new SingleBar({
    stream,
    format: '{name} {bar} {told}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    gracefulExit: false,
    linewrap: false,
  });
}
