import type { SpanRecorder } from './span-recorder';

export const SPAN_EXPORT = Symbol('SpanExport');

/** From the call of `flush` to its end, at most, ms: part of the time that draining may take. */
export const FLUSH_TIMEOUT_MS = 1000;

export const SPAN_OUTCOMES = ['exported', 'queue_full', 'export_failed'] as const;
export type SpanOutcome = (typeof SPAN_OUTCOMES)[number];

/** What became of the spans that ended so far. */
export type SpanCounts = Readonly<Record<SpanOutcome, number>>;

/** Spans on their way out of the process. */
export interface SpanExport extends SpanRecorder {
  readonly counts: SpanCounts;
  /** Exports what waits, within FLUSH_TIMEOUT_MS, and takes no more; says how many spans were left. */
  shutdown(): Promise<number>;
}
