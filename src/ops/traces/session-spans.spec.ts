import { parseTraceparent, type TraceContext } from '../../facts/trace-context';
import { RecordedSession } from './session-spans';
import type { OpenSpan, SpanRecorder, SpanSpec } from './span-recorder';

interface Span extends SpanSpec {
  readonly context: TraceContext;
  endMs?: number;
  errorCode?: string;
  attributes: Record<string, string | number | boolean>;
}

const UNIX_MS = 1_000_000;

/** Keeps the spans, numbered. */
class Recording implements SpanRecorder {
  readonly spans: Span[] = [];
  start(spec: SpanSpec): OpenSpan {
    const spanId = `${this.spans.length + 1}`.padStart(16, '0');
    const context = { traceId: 'a'.repeat(32), spanId, sampled: true };
    const span: Span = { ...spec, context, attributes: { ...spec.attributes } };
    this.spans.push(span);
    return {
      context,
      set: (more) => void Object.assign(span.attributes, more),
      event: () => {},
      end: (endMs, errorCode) => void Object.assign(span, { endMs, errorCode }),
    };
  }
  /** [name, start, end] of the children of a span, monotonic time. */
  under(traceparent: string): [string, number, number | undefined][] {
    const parent = parseTraceparent(traceparent)!.spanId;
    return this.spans
      .filter((span) => span.parent?.spanId === parent)
      .map(({ name, startMs, endMs }) => [name, startMs - UNIX_MS, endMs && endMs - UNIX_MS]);
  }
}

function begin(): { recording: Recording; session: RecordedSession } {
  const recording = new Recording();
  const span = recording.start({ name: 'session', startMs: UNIX_MS });
  return { recording, session: new RecordedSession(recording, span, UNIX_MS, () => 0) };
}
const job = (beganMs: number, kind = 'voice-tokens') =>
  ({ kind, stage: kind === 'fusion' ? 'fuse' : 'encode', beganMs, waitMs: 3, modelMs: 5 }) as const;

test('an assessment is the work of its own hop, with the times of then', () => {
  const { recording, session } = begin();
  session.frame('decode', 10, 11);
  session.frame('receive', 9, 12);
  session.frame('decode', 20, 22);
  session.hop(1000, 30);
  session.frame('decode', 31, 33); // of the next hop
  session.job(1000, job(40));
  session.hop(2000, 45);
  session.job(2000, job(46));
  session.job(1000, job(50, 'fusion'));
  const span = session.result({ kind: 'assessment', key: 1000 }, 60);
  span.end(70);
  session.sent(span.traceparent, 71, 72);
  expect(recording.under(span.traceparent)).toEqual([
    ['receive', 9, 12],
    ['decode', 10, 22],
    ['queue', 40, 43],
    ['encode', 43, 48],
    ['queue', 50, 53],
    ['fuse', 53, 58],
    ['persist', 60, 70],
    ['send', 71, 72],
  ]);
  const assessment = recording.spans.find(({ name }) => name === 'assessment')!;
  expect([assessment.startMs - UNIX_MS, assessment.endMs! - UNIX_MS]).toEqual([9, 70]);
  expect(assessment.attributes).toEqual({ 'rapport.window.end_ms': 1000, 'rapport.latency_ms': 40 });
  const decode = recording.spans.find(({ name }) => name === 'decode')!;
  expect(decode.attributes).toEqual({ 'rapport.frames': 2, 'rapport.busy_ms': 3 });
});

test('a job that fails and a result that is not kept are errors', () => {
  const { recording, session } = begin();
  session.job(1000, { ...job(40), errorCode: 'inference_failed' });
  session.result({ kind: 'degraded', key: 1000 }, 60).end(70, 'data_dir_unusable');
  const failed = recording.spans.filter(({ errorCode }) => errorCode !== undefined);
  expect(failed.map(({ name, errorCode }) => [name, errorCode])).toEqual([
    ['degraded', 'data_dir_unusable'],
    ['encode', 'inference_failed'],
    ['persist', 'data_dir_unusable'],
  ]);
});

test('work without a result is forgotten: windows before this one, and the oldest of many', () => {
  const { recording, session } = begin();
  session.job('u-1', job(1));
  session.job(1000, job(2));
  session.hop(2000, 3);
  session.result({ kind: 'assessment', key: 2000 }, 4).end(5);
  expect(recording.under(session.result({ kind: 'degraded', key: 1000 }, 6).traceparent)).toEqual([]);
  expect(recording.under(session.result({ kind: 'transcript', key: 'u-1' }, 7).traceparent)).toHaveLength(2);

  for (let at = 1; at <= 100; at += 1) session.job(`u-${at}`, job(at));
  expect(recording.under(session.result({ kind: 'transcript', key: 'u-36' }, 200).traceparent)).toEqual([]);
  expect(recording.under(session.result({ kind: 'transcript', key: 'u-37' }, 200).traceparent)).toHaveLength(2);
  for (let at = 1; at <= 100; at += 1) session.job('u-x', job(at));
  expect(recording.under(session.result({ kind: 'transcript', key: 'u-x' }, 200).traceparent)).toHaveLength(64);
});
