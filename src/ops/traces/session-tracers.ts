import { randomBytes } from 'node:crypto';
import type { SessionTracer } from '../../facts/session-trace';
import { childOf, formatTraceparent } from '../../facts/trace-context';
import { RecordedSession } from './session-spans';
import type { SpanRecorder } from './span-recorder';

export const SESSION_TRACER = Symbol('SessionTracer');

const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Nothing is recorded: a session only gets the name that its events carry. */
export const UNRECORDED: SessionTracer = {
  begin: (caller) => ({ traceparent: formatTraceparent(childOf(caller, randomHex)) }),
};

/** Each session that the sampler takes is recorded. */
export function recordingTracer(recorder: SpanRecorder, nowMs: () => number = () => performance.now()): SessionTracer {
  return {
    begin: (caller, sessionId) => {
      // Once a session: a clock that is set right in the middle of a call must not tear its spans apart.
      const unixOffsetMs = Date.now() - performance.now();
      const session = recorder.start({
        name: 'session',
        startMs: nowMs() + unixOffsetMs,
        parent: caller,
        isRemoteParent: true,
        isServer: true,
        attributes: { 'session.id': sessionId },
      });
      const traceparent = formatTraceparent(session.context);
      if (!session.context.sampled) return { traceparent };
      return { traceparent, spans: new RecordedSession(recorder, session, unixOffsetMs, nowMs) };
    },
  };
}
