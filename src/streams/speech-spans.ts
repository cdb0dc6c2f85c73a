import { SAMPLES_PER_MS } from './stream-options';
import type { TimeSpan } from '../facts/stream-fact';

/** Speech of one stream that no hop has taken yet, in media samples. */
export class SpeechSpans {
  #spans: { start: number; end: number }[] = [];

  add(start: number, end: number): void {
    const last = this.#spans.at(-1);
    if (last?.end === start) last.end = end;
    else if (end > start) this.#spans.push({ start, end });
  }

  /** Forgets what lies at or behind `from`. */
  erase(from: number): void {
    this.#spans = this.#spans
      .filter(({ start }) => start < from)
      .map(({ start, end }) => ({ start, end: Math.min(end, from) }));
  }

  /** Speech inside [start, end), ordered, not overlapping; what lies before `end` is forgotten. */
  take(start: number, end: number): TimeSpan[] {
    if (this.#spans.length === 0) return [];
    const taken: { start: number; end: number }[] = [];
    // A stream may step back in time, so arrival is not always the order.
    for (const span of this.#spans.slice().sort((a, b) => a.start - b.start)) {
      const from = Math.max(start, span.start);
      const to = Math.min(end, span.end);
      if (to <= from) continue;
      const last = taken.at(-1);
      if (last !== undefined && from <= last.end) last.end = Math.max(last.end, to);
      else taken.push({ start: from, end: to });
    }
    this.#spans = this.#spans.filter((span) => span.end > end);
    return taken.map((t) => ({ startMs: t.start / SAMPLES_PER_MS, endMs: t.end / SAMPLES_PER_MS }));
  }
}
