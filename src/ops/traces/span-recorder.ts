import type { TraceContext } from '../../facts/trace-context';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanSpec {
  readonly name: string;
  /** Unix time, ms with a fraction. */
  readonly startMs: number;
  /** Absent: the span begins a trace. */
  readonly parent?: TraceContext;
  /** The parent is a span of somebody else, which samplers may treat otherwise. */
  readonly isRemoteParent?: boolean;
  /** A request from outside is worked off; else it is work within. */
  readonly isServer?: boolean;
  readonly attributes?: Attributes;
}

export interface OpenSpan {
  /** `sampled`: it is recorded. */
  readonly context: TraceContext;
  set(attributes: Attributes): void;
  event(name: string, atMs: number): void;
  end(endMs: number, errorCode?: string): void;
}

/** Where spans go. */
export interface SpanRecorder {
  start(spec: SpanSpec): OpenSpan;
}
