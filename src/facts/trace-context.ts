/**
 * The header `traceparent` of W3C Trace Context (Recommendation of 2021-11-23, section 3.2):
 *
 *     00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *
 * version, trace-id, parent-id, flags, in lower-case hexadecimal.
 */
export interface TraceContext {
  readonly traceId: string;
  readonly spanId: string;
  /** Bit 0 of the flags: the caller may have recorded its part. The other bits are not passed on (section 3.2.2.5). */
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
/** Longest header that is looked at. */
const MAX_CHARACTERS = 256;

/** Undefined for what is absent or not valid: the trace then begins here, as section 3.2.2 asks. */
export function parseTraceparent(header: string | undefined): TraceContext | undefined {
  if (header === undefined || header.length > MAX_CHARACTERS) return undefined;
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(header) ?? [];
  if (version === undefined || version === 'ff' || ZEROS.test(traceId!) || ZEROS.test(spanId!)) return undefined;
  // Later versions may append fields, version 00 has none.
  if (version === '00' && more !== undefined) return undefined;
  return { traceId: traceId!, spanId: spanId!, sampled: (parseInt(flags!, 16) & 1) === 1 };
}

/** A span of the parent's trace, or of a trace of its own. `random` gives so many bytes as hexadecimal digits. */
export function childOf(parent: TraceContext | undefined, random: (bytes: number) => string): TraceContext {
  return { traceId: parent?.traceId ?? random(16), spanId: random(8), sampled: parent?.sampled ?? false };
}

export function formatTraceparent({ traceId, spanId, sampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}
