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
  const bar = new SingleBar({
    stream,
    format: '{name} {bar} {told}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    gracefulExit: false,
    linewrap: false,
  });
  bar.start(durationMs, 0, { name, told: told(0) });
  return {
    at: (mediaMs) => bar.update(Math.min(mediaMs, durationMs), { told: told(mediaMs) }),
    stop: () => bar.stop(),
  };
}
