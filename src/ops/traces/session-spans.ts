import type { ResultKey, ResultSpan, SessionSpans, TracedJob, TracedResult } from '../../facts/session-trace';
import { formatTraceparent, parseTraceparent, type TraceContext } from '../../facts/trace-context';
import type { Attributes, OpenSpan, SpanRecorder } from './span-recorder';

/** Results of a session that work was told of and that are not made yet; of more, the oldest are forgotten. */
const MAX_OPEN_RESULTS = 64;
/** Jobs of one result: its stills are the most of them. */
const MAX_JOBS = 32;

const FRAME_STAGES = ['receive', 'decode'] as const;

/** The frames of one hop in one stage, as one span would have them. */
interface FrameWork {
  readonly beganMs: number;
  endedMs: number;
  busyMs: number;
  frames: number;
}
type Frames = Partial<Record<(typeof FRAME_STAGES)[number], FrameWork>>;

interface Work {
  frames: Frames;
  releasedAtMs?: number;
  readonly jobs: TracedJob[];
}

/**
 * The spans of one session. Work is kept as numbers until its result is handed over: only then is it known whether
 * there is one, and the spans are made with the times of then.
 */
export class RecordedSession implements SessionSpans {
  private frames: Frames = {};
  private readonly work = new Map<ResultKey, Work>();

  /** `unixOffsetMs` makes Unix time of monotonic time. */
  constructor(
    private readonly recorder: SpanRecorder,
    private readonly session: OpenSpan,
    private readonly unixOffsetMs: number,
    private readonly nowMs: () => number,
  ) {}

  frame(stage: 'receive' | 'decode', beganMs: number, endedMs: number): void {
    const known = (this.frames[stage] ??= { beganMs, endedMs, busyMs: 0, frames: 0 });
    known.endedMs = endedMs;
    known.busyMs += endedMs - beganMs;
    known.frames += 1;
  }

  hop(windowEndMs: number, releasedAtMs: number): void {
    const work = this.workOf(windowEndMs);
    work.frames = this.frames;
    work.releasedAtMs = releasedAtMs;
    this.frames = {};
  }

  job(key: ResultKey, job: TracedJob): void {
    const { jobs } = this.workOf(key);
    if (jobs.length < MAX_JOBS) jobs.push(job);
  }

  result({ kind, key }: TracedResult, handedOverMs: number): ResultSpan {
    const work = this.take(key);
    const began = [handedOverMs, work.releasedAtMs, ...work.jobs.map((job) => job.beganMs)];
    for (const stage of FRAME_STAGES) began.push(work.frames[stage]?.beganMs);
    const startMs = Math.min(...began.filter((ms) => ms !== undefined));
    // The id of a message is of the client's choosing: it may hold anything.
    const named = typeof key === 'number' ? { 'rapport.window.end_ms': key } : undefined;
    const span = this.open(kind, this.session.context, startMs, named);
    if (work.releasedAtMs !== undefined) span.event('watermark', this.unix(work.releasedAtMs));
    const parent = span.context;
    for (const stage of FRAME_STAGES) this.frameSpan(stage, work.frames[stage], parent);
    for (const job of work.jobs) this.jobSpans(job, parent);
    return {
      traceparent: formatTraceparent(parent),
      end: (durableMs, errorCode) => {
        this.open('persist', parent, handedOverMs).end(this.unix(durableMs), errorCode);
        if (work.releasedAtMs !== undefined) span.set({ 'rapport.latency_ms': durableMs - work.releasedAtMs });
        span.end(this.unix(durableMs), errorCode);
      },
    };
  }

  sent(traceparent: string, beganMs: number, endedMs: number): void {
    this.open('send', parseTraceparent(traceparent), beganMs).end(this.unix(endedMs));
  }

  end(attributes: Attributes): void {
    this.session.set(attributes);
    this.session.end(this.unix(this.nowMs()));
    this.work.clear();
  }

  private frameSpan(name: string, work: FrameWork | undefined, parent: TraceContext): void {
    if (work === undefined) return;
    const { beganMs, endedMs, busyMs, frames } = work;
    const attributes = { 'rapport.frames': frames, 'rapport.busy_ms': busyMs };
    this.open(name, parent, beganMs, attributes).end(this.unix(endedMs));
  }

  private jobSpans({ kind, stage, beganMs, waitMs, modelMs, errorCode }: TracedJob, parent: TraceContext): void {
    const attributes = { 'rapport.job.kind': kind };
    const startedMs = beganMs + waitMs;
    this.open('queue', parent, beganMs, attributes).end(this.unix(startedMs));
    this.open(stage, parent, startedMs, attributes).end(this.unix(startedMs + modelMs), errorCode);
  }

  private open(name: string, parent: TraceContext | undefined, beganMs: number, attributes?: Attributes): OpenSpan {
    return this.recorder.start({ name, parent, startMs: this.unix(beganMs), attributes });
  }

  private unix(ms: number): number {
    return ms + this.unixOffsetMs;
  }

  private workOf(key: ResultKey): Work {
    let work = this.work.get(key);
    if (work === undefined) {
      work = { frames: {}, jobs: [] };
      this.work.set(key, work);
      for (const [oldest] of this.work) {
        if (this.work.size <= MAX_OPEN_RESULTS) break;
        this.work.delete(oldest);
      }
    }
    return work;
  }

  /** Windows keep their order: those before this one had nothing new, and their work led to no result. */
  private take(key: ResultKey): Work {
    const work = this.work.get(key) ?? { frames: {}, jobs: [] };
    this.work.delete(key);
    if (typeof key === 'number') {
      for (const other of this.work.keys()) if (typeof other === 'number' && other < key) this.work.delete(other);
    }
    return work;
  }
}
