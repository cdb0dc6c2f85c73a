import { useState } from 'preact/hooks';
import { lastNotAfter } from '../fold/by-time';
import type { WindowPoint } from '../fold/conversation';
import { contributionText, degradedText, readingText } from '../fold/moment-text';
import { clockOf } from '../../../words/durations';

const MINUTE_MS = 60_000;

interface WindowTableProps {
  readonly windows: readonly WindowPoint[];
  readonly atMs: number;
  readonly durationMs: number;
  readonly onMoment: (atMs: number) => void;
}

/** The picture as a table, the minute of the moment at a time: for who does not see it, or wants the numbers. */
export function WindowTable({ windows, atMs, durationMs, onMoment }: WindowTableProps) {
  const [isOpen, setOpen] = useState(false);
  const fromMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
  const endOf = ({ endMs }: WindowPoint): number => endMs;
  // a window belongs to the second that it ends
  const rows = isOpen
    ? windows.slice(lastNotAfter(windows, fromMs, endOf) + 1, lastNotAfter(windows, fromMs + MINUTE_MS, endOf) + 1)
    : [];
  return (
    <details open={isOpen} onToggle={(event) => setOpen((event.currentTarget as HTMLDetailsElement).open)}>
      <summary>The timeline as a table</summary>
      <p class="actions">
        <button type="button" disabled={fromMs === 0} onClick={() => onMoment(Math.max(0, fromMs - MINUTE_MS))}>
          The minute before
        </button>
        <button type="button" disabled={fromMs + MINUTE_MS >= durationMs} onClick={() => onMoment(fromMs + MINUTE_MS)}>
          The minute after
        </button>
      </p>
      {rows.length === 0 ? (
        <p class="muted">
          Nothing was assessed from {clockOf(fromMs)} to {clockOf(fromMs + MINUTE_MS)}.
        </p>
      ) : (
        <div class="scrolled" tabIndex={0} role="region" aria-label="Seconds of the timeline">
          <table class="figures">
            <caption>
              From {clockOf(fromMs)} to {clockOf(fromMs + MINUTE_MS)}
            </caption>
            <thead>
              <tr>
                <th scope="col">Until</th>
                <th scope="col">What was read</th>
                <th scope="col">What spoke for it</th>
                <th scope="col">Reservations</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((point) => (
                <tr key={point.endMs}>
                  <th scope="row">{clockOf(point.endMs)}</th>
                  <td>{readingText(point)}</td>
                  <td>{contributionText(point) ?? '\u2013'}</td>
                  <td>{degradedText(point) ?? '\u2013'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
