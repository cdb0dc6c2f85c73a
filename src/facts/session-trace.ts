import type { Stage } from './meter';
import type { TraceContext } from './trace-context';

/** Makes sessions spans of traces. Times are monotonic wall time (performance.now), ms. */
export interface SessionTracer {
  begin(caller: TraceContext | undefined, sessionId: string): SessionTrace;
}

export interface SessionTrace {
  /** Names the session's span: what an event that has no span of its own carries. */
  readonly traceparent: string;
  /** Absent while nothing of the session is recorded: the stages then do nothing for it. */
  readonly spans?: SessionSpans;
}

/** What a job works for: the end of a window in ms, or the id of an utterance or message. */
export type ResultKey = number | string;

export interface TracedResult {
  readonly kind: 'assessment' | 'degraded' | 'transcript';
  readonly key: ResultKey;
}

/** Told of one session's work, from which it makes the spans of its results. Attributes hold no word of anybody. */
export interface SessionSpans {
  /** A media frame went through a stage. What came since the hop before belongs to the next window. */
  frame(stage: 'receive' | 'decode', beganMs: number, endedMs: number): void;
  /** The watermark passed the end of a hop. */
  hop(windowEndMs: number, releasedAtMs: number): void;
  job(key: ResultKey, job: TracedJob): void;
  /** A result is handed to the store: the span it is made by, to which everything told before with its key belongs. */
  result(result: TracedResult, handedOverMs: number): ResultSpan;
  /** A result went into its socket; `traceparent` is its event's. */
  sent(traceparent: string, beganMs: number, endedMs: number): void;
  end(attributes: Readonly<Record<string, string | number | boolean>>): void;
}

export interface TracedJob {
  readonly kind: string;
  readonly stage: Extract<Stage, 'encode' | 'fuse'>;
  readonly beganMs: number;
  /** A job in steps waits between them too: its waits are told as one, before its work. */
  readonly waitMs: number;
  readonly modelMs: number;
  /** Of the error list, when it came to nothing. */
  readonly errorCode?: string;
}

export interface ResultSpan {
  readonly traceparent: string;
  /** The result is durable, or could not be made so. */
  end(durableMs: number, errorCode?: string): void;
}
