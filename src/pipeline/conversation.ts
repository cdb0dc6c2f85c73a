import type { SessionEndedData, SessionStart, SessionStartedData, StreamKind } from '@rapport-live/protocol';
import { EVENTS, RapportError } from '@rapport-live/protocol';
import { type Observable, Subject, type Subscription } from 'rxjs';
import { toCloudEvent } from '../delivery/cloud-event';
import type { ResultStore } from '../delivery/result-feed';
import type { DurableRecord, SessionIdentity, SessionResult } from '../delivery/session-result';
import { conversationFigures } from '../fusion/conversation-figures';
import { initialState, type SessionState } from '../fusion/session-state';
import type { InferencePool } from '../inference/inference-pool';
import type { RawText } from '../redaction/redaction';
import type { MediaChunk } from '../facts/media-chunk';
import { type Meter, NO_METER } from '../facts/meter';
import type { SessionSpans, TracedResult } from '../facts/session-trace';
import type { SessionClock } from '../streams/session-clock';
import type { CreditLimit, MediaVerdict, SessionStreams } from '../streams/session-streams';
import type { SettledFact, StreamFact } from '../facts/stream-fact';

/** Why a session ends, by us and by the client's own word. */
export type End = Pick<SessionEndedData, 'reason' | 'clientReason'>;

/** Turns what streams say into results: the models and fusion stages, composed. */
export type Stages = (
  facts: Observable<StreamFact>,
  settle: (fact: SettledFact) => void,
  onState: (state: SessionState) => void,
) => Observable<SessionResult>;

export interface ConversationDeps {
  readonly clock: SessionClock;
  readonly pool: InferencePool;
  readonly store: ResultStore;
  readonly streams: SessionStreams;
  readonly stages: Stages;
  /** Wall clock, for `startedAt` and `endedAt`. */
  readonly wallNow: () => Date;
  /** From the end to `session.ended`, at most. */
  readonly endTimeoutMs: number;
  /** Default: nobody measures. */
  readonly meter?: Meter;
  /** Default: nothing of it is recorded. */
  readonly spans?: SessionSpans;
  /** Of each stream, by its id. */
  readonly kinds: ReadonlyMap<number, StreamKind>;
  /** Faults of ours, once each, without personal data. */
  readonly onFault: (error: unknown) => void;
}

/** One live session from `session.started` to `session.ended`: streams -> models -> fusion -> delivery. */
export class Conversation {
  readonly records$: Observable<DurableRecord>;
  readonly ephemeral$ = new Subject<ReturnType<typeof toCloudEvent>>();
  /** Emits once when the session cannot go on, before it ends by itself. */
  readonly failed$ = new Subject<RapportError>();
  readonly credits$: Observable<CreditLimit>;

  /** Of this session, while it is recorded. */
  readonly spans: SessionSpans | undefined;
  private readonly meter: Meter;
  private readonly started: SessionStartedData;
  private readonly pendingAppends = new Set<Promise<unknown>>();
  private readonly flow: Subscription;
  private readonly counts = { assessments: 0, finals: 0 };
  private readonly summary = { durationMs: 0, dropped: {} as Record<string, number> };
  private flowDone!: () => void;
  private readonly flowEnded = new Promise<void>((resolve) => (this.flowDone = resolve));
  private ending: Promise<void> | undefined;
  /** A fault cut the flow off: what was still to come is lost. */
  private isCutOff = false;
  private state: SessionState;

  constructor(
    readonly identity: SessionIdentity,
    start: SessionStart,
    private readonly deps: ConversationDeps,
  ) {
    this.meter = deps.meter ?? NO_METER;
    this.state = initialState(start.session.language);
    this.spans = deps.spans;
    this.started = {
      session: start.session,
      streams: start.streams,
      pace: start.pace,
      startedAt: deps.wallNow().toISOString(),
      models: deps.pool.models.map(({ name, version }) => ({ name, version })),
      agentEmotion: false,
    };
    this.records$ = deps.store.subscribe(identity, 0);
    this.credits$ = deps.streams.credits$;
    this.append({ type: 'rapport.session.started', naturalKey: ['started'], data: this.started });
    this.flow = deps
      .stages(
        deps.streams.facts$,
        (fact) => this.settled(fact),
        (state) => (this.state = state),
      )
      .subscribe({
        next: (result) => this.onResult(result),
        error: (error: unknown) => this.stop(error),
        complete: () => this.flowDone(),
      });
  }

  initialCredits(): readonly CreditLimit[] {
    return this.deps.streams.initialCredits();
  }

  media(chunk: MediaChunk): MediaVerdict {
    const { clock, streams, kinds } = this.deps;
    const kind = kinds.get(chunk.streamId);
    const bytes = chunk.bytes.length;
    const beganMs = clock.nowMs();
    const verdict = streams.media(chunk);
    const endedMs = clock.nowMs();
    this.meter.record('decode', endedMs - beganMs);
    this.spans?.frame('decode', beganMs, endedMs);
    if (verdict.ok && kind !== undefined) this.meter.media(kind, bytes);
    return verdict;
  }

  chat(message: { party: 'customer' | 'agent'; text: RawText; ptsMs?: number; messageId?: string }): void {
    this.deps.streams.chat(message);
  }

  endStream(streamId: number): MediaVerdict {
    return this.deps.streams.endStream(streamId);
  }

  /** Finishes open windows and finals within the bound, writes `session.ended` last. Idempotent. */
  end(end: End): Promise<void> {
    this.ending ??= this.finish(end);
    return this.ending;
  }

  private async finish(end: End): Promise<void> {
    const { clock, store, streams } = this.deps;
    let cancel = (): void => {};
    const timedOut = new Promise<true>((resolve) => {
      cancel = clock.at(clock.nowMs() + this.deps.endTimeoutMs, () => resolve(true));
    });
    streams.end();
    const isLate = await Promise.race([this.flowEnded.then(() => false), timedOut]);
    cancel();
    this.flow.unsubscribe();
    streams.dispose();
    // Only what is on disk counts, and whether all of it is.
    await Promise.allSettled(this.pendingAppends);
    const incomplete = isLate || this.isCutOff;
    this.append({
      type: 'rapport.session.ended',
      naturalKey: ['ended'],
      data: {
        ...this.started,
        endedAt: this.deps.wallNow().toISOString(),
        durationMs: this.summary.durationMs,
        ...end,
        incomplete,
        ...this.counts,
        dropped: this.summary.dropped,
        ...this.told(),
      },
    });
    await Promise.allSettled(this.pendingAppends);
    await store.close(this.identity);
    this.meter.sessionEnded(end.reason);
    this.spans?.end({ 'rapport.session.reason': end.reason, 'rapport.session.incomplete': incomplete });
    this.ephemeral$.complete();
    this.failed$.complete();
  }

  /** What is known of the session behind streams, when it ends. */
  private told(): Pick<SessionEndedData, 'language' | 'languageSource' | 'conversation'> {
    const { language } = this.state;
    const said = language === null ? {} : { language: language.tag, languageSource: language.source };
    return { ...said, conversation: conversationFigures(this.state) };
  }

  private settled(fact: SettledFact): void {
    if (fact.kind === 'ended') {
      this.summary.durationMs = fact.durationMs;
      this.summary.dropped = { ...fact.dropped };
    }
    this.deps.streams.settle(fact);
  }

  private onResult(result: SessionResult): void {
    if (!EVENTS[result.type].durable) {
      this.ephemeral$.next(toCloudEvent(this.identity, result, this.deps.wallNow()));
      return;
    }
    if (result.type === 'rapport.window.assessed') {
      // What is known should the end come without the streams' own figure.
      this.summary.durationMs = Math.max(this.summary.durationMs, result.data.windowEndMs);
    }
    this.append(result);
  }

  /** Appends keep the order of the calls; they are not awaited one by one, so that they share a commit. */
  private append(result: SessionResult): void {
    const { clock, store } = this.deps;
    const beganMs = clock.nowMs();
    const traced = this.spans && tracedResult(result);
    const span = traced && this.spans?.result(traced, beganMs);
    const identity = span === undefined ? this.identity : { ...this.identity, traceparent: span.traceparent };
    const appended = store.append(identity, result).then(
      (record) => {
        const keptMs = clock.nowMs();
        span?.end(keptMs);
        this.kept(result, keptMs - beganMs, record !== null);
      },
      (error: unknown) => {
        span?.end(clock.nowMs(), error instanceof RapportError ? error.code : 'internal');
        this.stop(error);
      },
    );
    this.pendingAppends.add(appended);
    void appended.finally(() => this.pendingAppends.delete(appended));
  }

  /** `isFirst`: no result with its id was there. */
  private kept(result: SessionResult, ms: number, isFirst: boolean): void {
    this.meter.record('persist', ms);
    if (!isFirst) return;
    if (result.type === 'rapport.window.degraded') this.meter.window('degraded');
    if (result.type === 'rapport.transcript.final') this.counts.finals++;
    if (result.type !== 'rapport.window.assessed') return;
    this.counts.assessments++;
    this.meter.window(result.data.abstained === undefined ? 'assessed' : 'abstained');
    // Until it was handed to the store, these three are all the time since the watermark passed.
    const { wait, model, overhead } = result.data.stageMs;
    this.meter.assessed(wait + model + overhead + ms);
  }

  /** A result that cannot be kept, or a fault in a stage, ends this session and no other. */
  private stop(error: unknown): void {
    this.isCutOff = true;
    if (this.failed$.closed || this.ending !== undefined) return void this.flowDone();
    this.deps.onFault(error);
    const cause =
      error instanceof RapportError ? error : new RapportError('internal', 'A stage of the session failed.');
    this.flowDone();
    // First: whoever hears of it may end the session too, for a lesser reason.
    void this.end({ reason: 'error' });
    this.failed$.next(cause);
  }
}

/** The results that are spans of their own: those that models work for. */
function tracedResult(result: SessionResult): TracedResult | undefined {
  switch (result.type) {
    case 'rapport.window.assessed':
      return { kind: 'assessment', key: result.data.windowEndMs };
    case 'rapport.window.degraded':
      return { kind: 'degraded', key: result.data.firstWindowEndMs };
    case 'rapport.transcript.final':
      return { kind: 'transcript', key: result.data.utteranceId };
    default:
      return undefined;
  }
}
