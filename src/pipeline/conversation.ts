import type {
  ConsentUpdate,
  ParticipantUpdate,
  SessionEndedData,
  SessionStart,
  SessionStartedData,
} from '@rapport-live/protocol';
import { RapportError } from '@rapport-live/protocol';
import { type Observable, Subject, type Subscription } from 'rxjs';
import { foldAlerts } from '../alerts/fold-alerts';
import type { SessionIdentity, SessionResult } from '../delivery/session-result';
import { conversationFigures } from '../fusion/conversation-figures';
import { initialState, type SessionState } from '../fusion/session-state';
import type { RawText } from '../redaction/redaction';
import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import { type Meter, NO_METER } from '../facts/meter';
import type { SessionSpans } from '../facts/session-trace';
import type { DropReason } from '../streams/lane';
import type { Line } from '../streams/line';
import type { DeclaredGap, StreamPoint } from '../streams/resume/stream-points';
import type { CreditLimit, MediaVerdict, SessionStreams } from '../streams/session-streams';
import type { OnHold } from '../facts/on-hold';
import type { SettledFact } from '../facts/stream-fact';
import { DiskPressure } from './disk-pressure';
import { EndWait } from './end-wait';
import { KeptResults } from './kept-results';
import { Participants } from './participants';
import { type RestoredSession, stateOf } from './resume/restored-session';
import type { ConversationDeps } from './conversation-deps';
import { summaryOf } from './summary/session-summary';
import { SessionLength } from './session-length';
import { StatedLanguage } from './stated-language';

/** Why a session ends, by us and by the client's own word. */
export type End = Pick<SessionEndedData, 'reason' | 'clientReason'>;

/** One live session from `session.started` to `session.ended`: streams -> models -> fusion -> delivery. */
export class Conversation {
  readonly results: KeptResults;
  /** Emits once when the session cannot go on, before it ends by itself. */
  readonly failed$ = new Subject<RapportError>();
  readonly credits$: Observable<CreditLimit>;

  /** Of this session, while it is recorded. */
  readonly spans: SessionSpans | undefined;
  private readonly meter: Meter;
  private readonly started: SessionStartedData;
  private readonly specs: Map<number, StreamSpec>;
  /** Counts up when the session moves to another process. */
  readonly epoch: number;
  private readonly flow: Subscription;
  private readonly length: SessionLength;
  private flowDone!: () => void;
  private readonly flowEnded = new Promise<void>((resolve) => (this.flowDone = resolve));
  private ending: Promise<void> | undefined;
  /** What became of the streams, once they are gone. */
  private lastPoints: readonly StreamPoint[] | undefined;
  /** A fault cut the flow off: what was still to come is lost. */
  private isCutOff = false;
  /** Consent was withdrawn: what was open is discarded. */
  private isWithdrawn = false;
  private readonly participants = new Participants();
  private readonly language: StatedLanguage;
  private readonly diskPressure: DiskPressure;
  private readonly endWait: EndWait;
  private readonly isRecorded: boolean;
  private state: SessionState;

  constructor(
    readonly identity: SessionIdentity,
    start: SessionStart,
    private readonly deps: ConversationDeps,
  ) {
    const { clock, store, streams, wallNow, restored, snapshots } = deps;
    this.meter = deps.meter ?? NO_METER;
    this.state = restored === undefined ? initialState(start.session.language) : stateOf(restored);
    this.language = new StatedLanguage(this.state.language?.tag);
    this.epoch = restored === undefined ? 0 : restored.snapshot.epoch + 1;
    this.spans = deps.spans;
    this.isRecorded = start.recorded === true;
    this.specs = new Map(deps.specs.map((spec) => [spec.streamId, spec]));
    this.started = restored?.history.started ?? {
      session: start.session,
      streams: start.streams,
      pace: start.pace,
      startedAt: wallNow().toISOString(),
      models: deps.pool.models.map(({ name, version }) => ({ name, version })),
      agentEmotion: deps.consent.assessesAgent,
    };
    this.results = new KeptResults(identity, {
      ...{ clock, store, wallNow, snapshots, restored, start, meter: this.meter, spans: deps.spans },
      ...{ startedAt: this.started.startedAt, epoch: this.epoch, state: this.state, onFault: deps.onFault },
      streams: streams.resume,
      specs: () => [...this.specs.values()],
      onRefused: (error) => this.stop(error),
    });
    this.length = new SessionLength(restored?.history.lastWindowEndMs);
    this.credits$ = streams.credits$;
    this.endWait = new EndWait(clock, deps.endLimits);
    this.diskPressure = new DiskPressure(
      () => store.room(),
      (fact) => streams.settle(fact),
    );
    if (restored === undefined) {
      this.results.tell({ type: 'rapport.session.started', naturalKey: ['started'], data: this.started });
    }
    for (const result of deps.consent.atStart()) this.results.tell(result);
    this.flow = deps
      .stages(streams.facts$, {
        settle: (fact) => this.settled(fact),
        worked: (fact) => this.results.worked(fact, this.state),
        onState: (state) => (this.state = state),
      })
      .subscribe({
        next: (result) => this.onResult(result),
        error: (error: unknown) => this.stop(error),
        complete: () => this.flowDone(),
      });
    if (restored !== undefined) this.sayAgain(restored);
  }

  /** What the client said of pause, consent and participants to the process before: the results of it are there already. */
  private sayAgain({ history, snapshot }: RestoredSession): void {
    for (const { control, seq } of history.controls.said) {
      if (control.type === 'session.pause') this.pause(control.ptsMs, control.reason);
      else if (control.type === 'session.unpause') this.unpause(control.ptsMs);
      else if (control.type === 'consent.update') this.updateConsent(control);
      // the state of the snapshot has those that came before it
      else {
        const fact = this.participants.tell(control);
        if (fact !== undefined) this.deps.streams.participant(fact, seq <= snapshot.resultSeq);
      }
    }
  }

  /** Whose session it is, as its start says. */
  get customerId(): string | undefined {
    return this.started.session.customerId;
  }

  get team(): string | undefined {
    return this.started.session.team;
  }

  /** The session clock now. */
  get mediaMs(): number {
    return this.deps.streams.mediaMs;
  }

  /** Where each stream stands, in the order of their opening. */
  points(): readonly StreamPoint[] {
    return this.lastPoints ?? this.deps.streams.resume.points();
  }

  initialCredits(): readonly CreditLimit[] {
    return this.deps.streams.initialCredits();
  }

  media(chunk: MediaChunk): MediaVerdict {
    const { clock, streams } = this.deps;
    const kind = this.specs.get(chunk.streamId)?.kind;
    const bytes = chunk.bytes.length;
    const beganMs = clock.nowMs();
    const verdict = streams.media(chunk);
    const endedMs = clock.nowMs();
    this.meter.record('decode', endedMs - beganMs);
    this.spans?.frame('decode', beganMs, endedMs);
    if (verdict.ok && kind !== undefined) this.meter.media(kind, bytes);
    return verdict;
  }

  /** A chunk of a sender that knows no credit, or numbers its chunks itself: it could not be handed in. */
  dropped(reason: DropReason): void {
    this.deps.streams.dropped(reason);
  }

  chat(message: { party: 'customer' | 'agent'; text: RawText; ptsMs?: number; messageId?: string }): void {
    this.deps.streams.chat(message);
  }

  /** Media that the client has lost. */
  gap(gap: DeclaredGap): MediaVerdict {
    return this.deps.streams.resume.gap(gap);
  }

  /** The client can send nothing before this frame any more. */
  skipTo(frame: Pick<StreamPoint, 'streamId' | 'nextSeq' | 'nextByteOffset'>): void {
    this.deps.streams.resume.skipTo(frame);
  }

  /** How far the client had sent before it lost its connection. */
  sentBefore(streams: readonly Pick<StreamPoint, 'streamId' | 'nextSeq'>[]): void {
    this.deps.streams.resume.sentBefore(streams);
  }

  /** A stream joins. Throws RapportError `stream_ended` or `video_unavailable`. */
  openStream(stream: StreamSpec): CreditLimit {
    if (this.ending !== undefined) throw new RapportError('stream_ended', 'The session has ended.');
    const credit = this.deps.streams.open(stream);
    this.specs.set(stream.streamId, stream);
    return credit;
  }

  get paused(): boolean {
    return this.deps.streams.paused;
  }

  pause(ptsMs: number, reason: string): MediaVerdict {
    return this.deps.streams.pause(ptsMs, reason);
  }

  unpause(ptsMs: number): MediaVerdict {
    return this.deps.streams.unpause(ptsMs);
  }

  /**
   * Consent as it is from now on. Without it for analysis nothing more is analysed: what is in work is discarded, all media
   * is freed, and the session ends.
   */
  updateConsent({ consent, ptsMs }: ConsentUpdate): void {
    const { streams } = this.deps;
    const nowMs = Math.max(0, streams.mediaMs);
    // withdrawn means at once, whatever the stamp
    const results = this.deps.consent.change(
      consent,
      consent.analysis ? (ptsMs ?? nowMs) : Math.min(ptsMs ?? nowMs, nowMs),
    );
    if (!consent.analysis && !this.isWithdrawn) this.discard();
    for (const result of results) this.results.tell(result);
    if (!consent.analysis) void this.end({ reason: 'consent_withdrawn' });
  }

  /**
   * A hold begins or ends: what a door calls whose protocol has one. `atMs`: media time. Idempotent; the end of none
   * changes nothing. Nobody is heard meanwhile, or with a `streamId` nobody on that stream (docs/protocol.md, Holds).
   */
  hold(word: { readonly begins: boolean; readonly atMs: number } & Partial<OnHold>): MediaVerdict {
    const { begins, atMs: ptsMs, party = 'customer', participantId, streamId } = word;
    const action = begins ? 'hold' : 'unhold';
    return this.participant({ type: 'participant.update', ptsMs, action, party, participantId, streamId });
  }

  /** Someone joined, left, is on hold. Idempotent. */
  participant(update: ParticipantUpdate): MediaVerdict {
    const { streamId, ptsMs } = update;
    if (streamId !== undefined && !this.specs.has(streamId)) {
      return {
        ok: false,
        code: 'unknown_stream',
        message: `participant.update names stream ${streamId}, which is not open.`,
      };
    }
    const believed = this.deps.streams.believes('participant.update', ptsMs);
    if (!believed.ok) return believed;
    const fact = this.participants.tell(update);
    if (fact !== undefined) this.deps.streams.participant(fact);
    return { ok: true };
  }

  /** What is said from `atMs` on, media time, is in this language, BCP 47. The same again changes nothing. */
  restateLanguage(language: string, atMs: number): void {
    const fact = this.language.restate(language, atMs);
    if (fact !== undefined) this.deps.streams.language(fact);
  }

  endStream(streamId: number): MediaVerdict {
    return this.deps.streams.endStream(streamId);
  }

  /** Nobody is connected. The session goes on, and waits for the media that its client still has. */
  detach(): void {
    this.deps.streams.resume.detach();
    void this.results.pausing().catch(this.deps.onFault);
  }

  /** @param line asks the client whether it is there; absent: its silence is judged by the clock. */
  attach(line?: Line): void {
    this.deps.streams.resume.attach(line);
  }

  /** Finishes open windows and finals within the bound, writes `session.ended` last. Idempotent. */
  end(end: End): Promise<void> {
    this.ending ??= this.finish(end);
    return this.ending;
  }

  /** Leaves the session to a process after this one, as it is: nothing is worked off, no end is written. */
  suspend(): Promise<void> {
    this.ending ??= this.leave();
    return this.ending;
  }

  private async leave(): Promise<void> {
    this.flow.unsubscribe();
    await this.results.leave();
    this.deps.streams.dispose();
    this.close();
  }

  private discard(): void {
    const { streams, revoke } = this.deps;
    this.isWithdrawn = true;
    revoke();
    this.flow.unsubscribe();
    streams.catchUp();
    this.length.soFar(streams.soFar());
    this.lastPoints ??= endedPoints(streams);
    streams.dispose();
    this.flowDone();
  }

  private async finish(end: End): Promise<void> {
    const { streams } = this.deps;
    this.lastPoints ??= endedPoints(streams);
    // Who stops the service does not wait for a recording.
    const aheadMs = end.reason === 'shutdown' ? 0 : this.aheadMs();
    streams.end();
    const wait = (): Promise<boolean> => this.endWait.endsInTime(this.flowEnded, aheadMs);
    const isLate = !(await this.diskPressure.endsInTime(this.flowEnded, wait));
    if (isLate) this.length.soFar(streams.soFar());
    this.flow.unsubscribe();
    streams.dispose();
    this.endAlerts();
    // Only what is on disk counts, and whether all of it is.
    await this.results.settled();
    const incomplete = isLate || this.isCutOff || this.isWithdrawn;
    const reason = this.isWithdrawn ? 'consent_withdrawn' : end.reason;
    const ended: SessionResult = {
      type: 'rapport.session.ended',
      naturalKey: ['ended'],
      data: {
        ...this.started,
        agentEmotion: this.deps.consent.everAssessedAgent,
        endedAt: this.deps.wallNow().toISOString(),
        durationMs: this.length.durationMs,
        ...end,
        reason,
        incomplete,
        ...this.results.counts,
        dropped: this.length.dropped,
        ...this.told(),
        summary: summaryOf(this.results.summary),
      },
    };
    await this.results.end(ended, this.lastPoints);
    this.meter.sessionEnded(reason);
    this.spans?.end({ 'rapport.session.reason': reason, 'rapport.session.incomplete': incomplete });
    this.close();
  }

  /** No alert outlives its session; what was said last is judged before. */
  private endAlerts(): void {
    const isJudged = !this.isWithdrawn;
    const [alerts, results] = foldAlerts(this.state.alerts, { kind: 'end', isJudged }, this.deps.alertRules());
    this.state = { ...this.state, alerts };
    for (const result of results) this.results.tell(result);
  }

  /** By how much the media that came is ahead of what a live conversation would have, ms; Infinity: nobody waits for it. */
  private aheadMs(): number {
    if (this.isRecorded) return Infinity;
    const { streams } = this.deps;
    return streams.soFar().durationMs - streams.mediaMs / this.started.pace;
  }

  private close(): void {
    this.results.complete();
    this.failed$.complete();
  }

  /** What is known of the session behind streams, when it ends. */
  private told(): Pick<SessionEndedData, 'language' | 'languageSource' | 'conversation'> {
    const { language } = this.state;
    const said = language === null ? {} : { language: language.tag, languageSource: language.source };
    return { ...said, conversation: conversationFigures(this.state) };
  }

  private settled(fact: SettledFact): void {
    if (fact.kind === 'ended') this.length.ended(fact);
    this.endWait.progressed();
    this.diskPressure.pass(fact);
  }

  private onResult(result: SessionResult): void {
    if (result.type === 'rapport.window.assessed') this.length.atLeast(result.data.windowEndMs);
    this.results.tell(result);
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

/** What a client that comes back must know of streams that take nothing more. */
function endedPoints(streams: SessionStreams): StreamPoint[] {
  return streams.resume.points().map((point) => ({ ...point, ended: true }));
}
