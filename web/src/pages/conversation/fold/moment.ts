import { lastNotAfter } from './by-time';
import type { Line, WindowPoint } from './conversation';

/** The ways between a second of the timeline and the words that belong to it. */

/**
 * The line that a moment opens at: what is being said then, else the last that was said before it, else the first of all.
 * @param lines in order of their time
 */
export function lineAt(lines: readonly Line[], atMs: number): Line | undefined {
  const last = lastNotAfter(lines, atMs, (line) => line.atMs);
  // two may speak at once, and what began earlier may go on for longer
  for (let at = last; at >= Math.max(0, last - 8); at -= 1) {
    const line = lines[at]!;
    if (line.kind === 'said' && line.endMs >= atMs) return line;
  }
  return lines[last] ?? lines[0];
}

/** The window whose second holds the moment, else the last before it; undefined: there is none so early. */
export function windowAt(windows: readonly WindowPoint[], atMs: number): WindowPoint | undefined {
  const last = lastNotAfter(windows, atMs, ({ endMs }) => endMs);
  const next = windows[last + 1];
  return next !== undefined && next.endMs - atMs < 1000 ? next : windows[last];
}

/** Where `?at=` of an address points to, ms; undefined: it says nothing of use. */
export function readMoment(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined || !/^\d{1,12}$/.test(text)) return undefined;
  return Number(text);
}

export const MOMENT_STEPS_MS = { step: 1000, page: 10_000 } as const;

/** Where a key of the timeline leads, within the conversation; undefined: it is no key of it. */
export function momentAfterKey(key: string, atMs: number, durationMs: number): number | undefined {
  const { step, page } = MOMENT_STEPS_MS;
  const to: Record<string, number> = {
    ...{ ArrowLeft: atMs - step, ArrowDown: atMs - step, ArrowRight: atMs + step, ArrowUp: atMs + step },
    ...{ PageDown: atMs - page, PageUp: atMs + page, Home: 0, End: durationMs },
  };
  const wanted = Object.hasOwn(to, key) ? to[key] : undefined;
  return wanted === undefined ? undefined : Math.max(0, Math.min(durationMs, wanted));
}
