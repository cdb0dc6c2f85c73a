import type {
  CloudEvent,
  SessionEndedData,
  SessionStart,
  SessionStartedData,
  StreamKind,
} from '@rapport-live/protocol';
import { EVENTS, RapportError } from '@rapport-live/protocol';
import { type Observable, Subject, type Subscription } from 'rxjs';
import { toCloudEvent } from '../delivery/cloud-event';
import type { ResultStore } from '../delivery/result-feed';
import type { DurableRecord, SessionIdentity, SessionResult } from '../delivery/session-result';
import { conversationFigures } from '../fusion/conversation-figures';
import { initialState, type SessionState } from '../fusion/session-state';
import type { InferencePool } from '../inference/inference-pool';
import type { RawText } from '../redaction/redaction';
import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import { type Meter, NO_METER } from '../facts/meter';
import type { SessionSpans } from '../facts/session-trace';
import type { AckedPoint, DeclaredGap, StreamPoint } from '../streams/resume/stream-points';
import type { SessionClock } from '../streams/session-clock';
import type { CreditLimit, MediaVerdict, SessionStreams } from '../streams/session-streams';
import type { Hop, SettledFact, StreamFact, UtteranceClosed } from '../facts/stream-fact';
import { AckedFeed } from './resume/acked-feed';
import { OpenPartials } from './resume/open-partials';
import { ResultWriter } from './result-writer';

/** Why a session ends, by us and by the client's own word. */
export type End = Pick<SessionEndedData, 'reason' | 'clientReason'>;

/** A hop or utterance of which everything that comes has been handed to the store. */
export type WorkedFact = UtteranceClosed | Pick<Hop, 'kind' | 'hopEndMs'>;

/** What the stages tell of their work besides results. */
export interface StageHooks {
  /** Room for another. */
  settle(fact: SettledFact): void;
  worked(fact: WorkedFact): void;
  onState(state: SessionState): void;
}

/** Turns what streams say into results: the models and fusion stages, composed. */
export type Stages = (facts: Observable<StreamFact>, hooks: StageHooks) => Observable<SessionResult>;

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
  readonly ephemeral$ = new Subject<CloudEvent>();
  /** Emits once when the session cannot go on, before it ends by itself. */
  readonly failed$ = new Subject<RapportError>();
  readonly credits$: Observable<CreditLimit>;
  /** Media that need not be sent again. */
  readonly acked$ = new Subject<AckedPoint>();

  /** Of this session, while it is recorded. */
  readonly spans: SessionSpans | undefined;
  private readonly meter: Meter;
  private readonly started: SessionStartedData;
  private readonly writer: ResultWriter;
  private readonly partials = new OpenPartials();
  private readonly ackedFeed = new AckedFeed();
  private readonly kinds: Map<number, StreamKind>;
  private readonly flow: Subscription;
  private readonly summary = { durationMs: 0, dropped: {} as Record<string, number> };
  private flowDone!: () => void;
  private readonly flowEnded = new Promise<void>((resolve) => (this.flowDone = resolve));
  private ending: Promise<void> | undefined;
  /** What became of the streams, once they are gone. */
  private lastPoints: readonly StreamPoint[] | undefined;
  /** A fault cut the flow off: what was still to come is lost. */
  private isCutOff = false;
  private state: SessionState;

  constructor(
    readonly identity: SessionIdentity,
    start: SessionStart,
    private readonly deps: ConversationDeps,
  ) {
    const { clock, store, streams, wallNow } = deps;
    this.meter = deps.meter ?? NO_METER;
    this.state = initialState(start.session.language);
    this.spans = deps.spans;
    this.kinds = new Map(deps.kinds);
    this.started = {
      session: start.session,
      streams: start.streams,
      pace: start.pace,
      startedAt: wallNow().toISOString(),
      models: deps.pool.models.map(({ name, version }) => ({ name, version })),
      agentEmotion: false,
    };
    this.writer = new ResultWriter(identity, {
      ...{ clock, store, meter: this.meter, spans: deps.spans },
      onRefused: (error) => this.stop(error),
    });
    this.credits$ = streams.credits$;
    this.writer.append({ type: 'rapport.session.started', naturalKey: ['started'], data: this.started });
    this.flow = deps
      .stages(streams.facts$, {
        settle: (fact) => this.settled(fact),
        worked: (fact) => this.worked(fact),
        onState: (state) => (this.state = state),
      })
      .subscribe({
        next: (result) => this.onResult(result),
        error: (error: unknown) => this.stop(error),
        complete: () => this.flowDone(),
      });
  }

  /** Durable results with seq > afterSeq, those that are there first; completes after `session.ended`. */
  records(afterSeq: number): Observable<DurableRecord> {
    return this.deps.store.subscribe(this.identity, afterSeq);
  }

  /** Seq of the newest durable result. */
  get resultSeq(): number {
    return this.writer.resultSeq;
  }

  /** The session clock now. */
  get mediaMs(): number {
    return this.deps.streams.mediaMs;
  }

  /** Where each stream stands, in the order of their opening. */
  points(): readonly StreamPoint[] {
    return this.lastPoints ?? this.deps.streams.points();
  }

  /** The newest partial transcript of each utterance that goes on. */
  openPartials(): readonly CloudEvent[] {
    return this.partials.newest();
  }

  initialCredits(): readonly CreditLimit[] {
    return this.deps.streams.initialCredits();
  }

  media(chunk: MediaChunk): MediaVerdict {
    const { clock, streams } = this.deps;
    const kind = this.kinds.get(chunk.streamId);
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

  /** Media that the client has lost. */
  gap(gap: DeclaredGap): MediaVerdict {
    return this.deps.streams.gap(gap);
  }

  /** The client can send nothing before this frame any more. */
  skipTo(frame: Pick<StreamPoint, 'streamId' | 'nextSeq' | 'nextByteOffset'>): void {
    this.deps.streams.skipTo(frame);
  }

  /** A stream joins. Throws RapportError `stream_ended` or `video_unavailable`. */
  openStream(stream: StreamSpec): CreditLimit {
    if (this.ending !== undefined) throw new RapportError('stream_ended', 'The session has ended.');
    const credit = this.deps.streams.open(stream);
    this.kinds.set(stream.streamId, stream.kind);
    return credit;
  }

  endStream(streamId: number): MediaVerdict {
    return this.deps.streams.endStream(streamId);
  }

  /** Nobody is connected. The session goes on, and waits for the media that its client still has. */
  detach(): void {
    this.deps.streams.detach();
  }

  attach(): void {
    this.deps.streams.attach();
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
    const before = streams.points();
    streams.end();
    this.lastPoints = before.map((point) => ({ ...point, ended: true }));
    const isLate = await Promise.race([this.flowEnded.then(() => false), timedOut]);
    cancel();
    this.flow.unsubscribe();
    streams.dispose();
    // Only what is on disk counts, and whether all of it is.
    await this.writer.settled();
    const incomplete = isLate || this.isCutOff;
    this.writer.append({
      type: 'rapport.session.ended',
      naturalKey: ['ended'],
      data: {
        ...this.started,
        endedAt: this.deps.wallNow().toISOString(),
        durationMs: this.summary.durationMs,
        ...end,
        incomplete,
        ...this.writer.counts,
        dropped: this.summary.dropped,
        ...this.told(),
      },
    });
    await this.writer.settled();
    await store.close(this.identity);
    this.meter.sessionEnded(end.reason);
    this.spans?.end({ 'rapport.session.reason': end.reason, 'rapport.session.incomplete': incomplete });
    this.ephemeral$.complete();
    this.failed$.complete();
    this.acked$.complete();
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

  private worked(fact: WorkedFact): void {
    const { streams, clock } = this.deps;
    if (fact.kind === 'utterance') this.partials.close(fact.utteranceId);
    void this.writer.settled().then(() => {
      streams.kept(fact);
      if (fact.kind !== 'hop') return;
      for (const point of this.ackedFeed.due(streams.ackedPoints(), clock.nowMs())) this.acked$.next(point);
    });
  }

  private onResult(result: SessionResult): void {
    if (!EVENTS[result.type].durable) {
      const event = toCloudEvent(this.identity, result, this.deps.wallNow());
      this.partials.told(result, event);
      this.ephemeral$.next(event);
      return;
    }
    if (result.type === 'rapport.window.assessed') {
      // What is known should the end come without the streams' own figure.
      this.summary.durationMs = Math.max(this.summary.durationMs, result.data.windowEndMs);
    }
    this.writer.append(result);
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
