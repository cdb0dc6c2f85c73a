import type { AlertView } from '@rapport-live/protocol';

/** What the queue of alerts shows, of what the service lists. Pure. */

export interface Queue {
  /** In the service's order: the worst first, of those the newest. */
  readonly shown: readonly AlertView[];
  /** Put off until later; they come back by themselves. */
  readonly snoozed: readonly AlertView[];
  /** When the first of them comes back, wall clock ms; undefined: none is put off. */
  readonly nextBackMs?: number;
}

/** @param nowMs wall clock */
export function queueOf(alerts: readonly AlertView[], nowMs: number): Queue {
  const backMs = ({ snoozedUntil }: AlertView): number =>
    snoozedUntil === undefined ? -Infinity : Date.parse(snoozedUntil);
  const snoozed = alerts.filter((alert) => backMs(alert) > nowMs);
  const shown = alerts.filter((alert) => !(backMs(alert) > nowMs));
  return snoozed.length === 0 ? { shown, snoozed } : { shown, snoozed, nextBackMs: Math.min(...snoozed.map(backMs)) };
}

/** Puts what was answered about one alert in its place; one that is not in the list changes nothing. */
export const withAlert = (alerts: readonly AlertView[], changed: AlertView): AlertView[] =>
  alerts.map((alert) => (alert.id === changed.id ? changed : alert));

/** Of those who see a list without looking at it all the time: what is there now that was not. */
export function newSince(before: readonly AlertView[] | undefined, now: readonly AlertView[]): AlertView[] {
  if (before === undefined) return [];
  const known = new Set(before.map(({ id }) => id));
  return now.filter(({ id }) => !known.has(id));
}

/** `2 min ago`, of wall-clock times; whole minutes, hours or days, rounded down. */
export function ago(at: string, nowMs: number): string {
  const minutes = Math.floor((nowMs - Date.parse(at)) / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / 1440)} days ago`;
}

/** What can be chosen for putting off, ms. */
export const SNOOZES = [
  { forMs: 300_000, name: '5 minutes' },
  { forMs: 900_000, name: '15 minutes' },
  { forMs: 3_600_000, name: '1 hour' },
] as const;
