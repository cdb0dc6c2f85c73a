/**
 * Times of AudioHook: ISO 8601 durations in seconds alone, as `PT12.345S`. They say where in the stream something is
 * (`position`, `offset`, `start`) or how long it lasts.
 */
export const DURATION = /^PT(?:\d*\.)?\d+S$/;

/** Ms of `PT12.345S`; undefined when it is no such text, or more than a year. */
export function parseDurationMs(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  const ms = Number(text.slice(2, -1)) * 1000;
  return ms <= MAX_MS ? ms : undefined;
}

/** `PT12.345S`: to the microsecond, finer than a sample at 8 kHz (125 us), without zeros at the end. */
export function durationOf(ms: number): string {
  const micros = Math.max(0, Math.round(ms * 1000));
  const seconds = Math.floor(micros / 1_000_000);
  const rest = String(micros % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return rest === '' ? `PT${seconds}S` : `PT${seconds}.${rest}S`;
}

const MAX_MS = 366 * 24 * 3_600_000;
