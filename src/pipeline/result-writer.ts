import { RapportError } from '@rapport-live/protocol';
import type { ResultStore } from '../delivery/result-feed';
import type { DurableRecord, SessionIdentity, SessionResult } from '../delivery/session-result';
import type { Meter } from '../facts/meter';
import type { SessionSpans, TracedResult } from '../facts/session-trace';
import type { SessionClock } from '../streams/session-clock';

export interface ResultWriterDeps {
  readonly clock: SessionClock;
  readonly store: ResultStore;
  readonly meter: Meter;
  readonly spans?: SessionSpans;
  /** The store refused one: its RapportError, or a fault. */
  readonly onRefused: (error: unknown) => void;
  /** A record became durable; they come in the order of their seq. */
  readonly onRecord?: (record: DurableRecord) => void;
}

/** What of one session is durable, counted once it is. */
export interface KeptCounts {
  assessments: number;
  finals: number;
}

/** Makes the results of one session durable, in the order of the calls, and measures how long that took. */
export class ResultWriter {
  readonly counts: KeptCounts;
  private newestSeq: number;
  /** Each gives the seq that its result got, 0 when it got none. */
  private readonly pending = new Set<Promise<number>>();

  /** `before`: what a process before this one wrote of the session. */
  constructor(
    private readonly identity: SessionIdentity,
    private readonly deps: ResultWriterDeps,
    before: { readonly resultSeq: number; readonly counts: KeptCounts } = {
      resultSeq: 0,
      counts: { assessments: 0, finals: 0 },
    },
  ) {
    this.newestSeq = before.resultSeq;
    this.counts = { ...before.counts };
  }

  /** Seq of the newest durable result; 0 before the first. */
  get resultSeq(): number {
    return this.newestSeq;
  }

  /** Not awaited one by one, so that results of one moment share a commit. */
  append(result: SessionResult): void {
    const { clock, store, spans } = this.deps;
    const beganMs = clock.nowMs();
    const traced = spans && tracedResult(result);
    const span = traced && spans?.result(traced, beganMs);
    const identity = span === undefined ? this.identity : { ...this.identity, traceparent: span.traceparent };
    const appended = store.append(identity, result).then(
      (record) => {
        const keptMs = clock.nowMs();
        span?.end(keptMs);
        this.kept(result, keptMs - beganMs, record);
        return record?.seq ?? 0;
      },
      (error: unknown) => {
        span?.end(clock.nowMs(), error instanceof RapportError ? error.code : 'internal');
        this.deps.onRefused(error);
        return 0;
      },
    );
    this.pending.add(appended);
    void appended.finally(() => this.pending.delete(appended));
  }

  /** Resolves once all that was appended until now is durable or refused; with the newest seq of it. */
  async settled(): Promise<number> {
    const before = this.newestSeq;
    return Math.max(before, ...(await Promise.all(this.pending)));
  }

  /** `record`: null when one with the same id was there. */
  private kept(result: SessionResult, ms: number, record: DurableRecord | null): void {
    const { meter } = this.deps;
    meter.record('persist', ms);
    if (record === null) return;
    this.newestSeq = Math.max(this.newestSeq, record.seq);
    this.deps.onRecord?.(record);
    if (result.type === 'rapport.window.degraded') meter.window('degraded');
    if (result.type === 'rapport.transcript.final') this.counts.finals++;
    if (result.type !== 'rapport.window.assessed') return;
    this.counts.assessments++;
    meter.window(result.data.abstained === undefined ? 'assessed' : 'abstained');
    // Until it was handed to the store, these three are all the time since the watermark passed.
    const { wait, model, overhead } = result.data.stageMs;
    meter.assessed(wait + model + overhead + ms);
  }
}

/** The results that are spans of their own: those that models work for. */
function tracedResult(result: SessionResult): TracedResult | undefined {
  switch (result.type) {
    case 'rapport.window.assessed':
      if (result.data.subject === 'agent') return undefined;
      return { kind: 'assessment', key: result.data.windowEndMs };
    case 'rapport.window.degraded':
      if (result.data.subject === 'agent') return undefined;
      return { kind: 'degraded', key: result.data.firstWindowEndMs };
    case 'rapport.transcript.final':
      return { kind: 'transcript', key: result.data.utteranceId };
    default:
      return undefined;
  }
}
