import { type CloudEvent, EVENTS, type SessionStart, type TypedEvent } from '@rapport-live/protocol';
import { type Observable, Subject } from 'rxjs';
import { toCloudEvent } from '../delivery/cloud-event';
import type { ResultStore } from '../delivery/result-feed';
import type { DurableRecord, SessionIdentity, SessionResult } from '../delivery/session-result';
import type { Hop, UtteranceClosed } from '../facts/stream-fact';
import type { StreamSpec } from '../facts/media-chunk';
import type { SessionState } from '../fusion/session-state';
import type { AckedPoint, StreamPoint } from '../streams/resume/stream-points';
import type { StreamsResume } from '../streams/resume/streams-resume';
import { AckedFeed, type ToldAck } from './resume/acked-feed';
import { Checkpoints } from './resume/checkpoints';
import { OpenPartials } from './resume/open-partials';
import type { RestoredSession } from './resume/restored-session';
import type { SnapshotStore } from './resume/snapshot-files';
import { type KeptCounts, ResultWriter, type ResultWriterDeps } from './result-writer';
import { type Picture, SessionPicture } from './session-picture';
import { NOTHING_SEEN, summed, type SummaryState } from './summary/session-summary';

/** A hop or utterance of which everything that comes has been handed to the store. */
export type WorkedFact = UtteranceClosed | Pick<Hop, 'kind' | 'hopEndMs'>;

export interface KeptResultsDeps extends Omit<ResultWriterDeps, 'onRecord'> {
  readonly store: ResultStore;
  readonly start: SessionStart;
  /** Wall clock, RFC 3339. */
  readonly startedAt: string;
  readonly epoch: number;
  readonly state: SessionState;
  readonly streams: Pick<StreamsResume, 'kept' | 'starts' | 'endedCount'>;
  readonly specs: () => readonly StreamSpec[];
  readonly wallNow: () => Date;
  /** Absent: nothing is kept for a process after this one. */
  readonly snapshots?: SnapshotStore;
  readonly restored?: RestoredSession;
  readonly onFault: (error: unknown) => void;
}

/** The results of one session as others see them: told, kept, and drawn for who joins late; and what they make needless. */
export class KeptResults {
  /** Events that are gone when missed. */
  readonly ephemeral$ = new Subject<CloudEvent>();
  /** Media that need not be sent again. */
  readonly acked$ = new Subject<AckedPoint>();
  private readonly writer: ResultWriter;
  private readonly checkpoints: Checkpoints;
  private readonly partials = new OpenPartials();
  private readonly drawn: SessionPicture;
  private summedUp: SummaryState;
  private readonly ackedFeed = new AckedFeed();
  /** Facts are kept in the order in which they were worked off. */
  private keeping: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(
    private readonly identity: SessionIdentity,
    private readonly deps: KeptResultsDeps,
  ) {
    const { streams, restored, state } = deps;
    this.drawn = restored?.history.picture ?? new SessionPicture();
    this.summedUp = restored?.history.summary ?? NOTHING_SEEN;
    const onRecord = (record: DurableRecord): void => {
      this.drawn.see(record);
      this.summedUp = summed(this.summedUp, record.event as TypedEvent);
    };
    this.writer = new ResultWriter(identity, { ...deps, onRecord }, restored?.history);
    this.checkpoints = new Checkpoints(
      {
        ...deps,
        identity,
        starts: () => streams.starts(),
        hasEnded: () => streams.endedCount > 0,
        onAcked: (points) => this.acked(points),
      },
      restored?.snapshot ?? { hopEndMs: 0, resultSeq: 0, state },
    );
  }

  /** Seq of the newest durable result. */
  get resultSeq(): number {
    return this.writer.resultSeq;
  }

  /** Of durable results. */
  get counts(): KeptCounts {
    return this.writer.counts;
  }

  /** Durable results with seq > afterSeq, those that are there first; completes after `session.ended`. */
  records(afterSeq: number): Observable<DurableRecord> {
    return this.deps.store.subscribe(this.identity, afterSeq);
  }

  /** What somebody who joins late must see; undefined before the first result is durable. */
  picture(): Picture | undefined {
    return this.drawn.now();
  }

  /** What is durable of the session so far, summed up. */
  get summary(): SummaryState {
    return this.summedUp;
  }

  /** `rapport.session.ended` is durable. */
  get hasEnded(): boolean {
    return this.drawn.hasEnded;
  }

  /** The newest partial transcript of each utterance that goes on. */
  openPartials(): readonly CloudEvent[] {
    return this.partials.newest();
  }

  /** What was told of media that need not be sent again, the newest of each stream. */
  toldAcks(): readonly ToldAck[] {
    return this.ackedFeed.newest();
  }

  tell(result: SessionResult): void {
    if (EVENTS[result.type].durable) return this.writer.append(result);
    const event = toCloudEvent(this.identity, result, this.deps.wallNow());
    this.partials.told(result, event);
    this.ephemeral$.next(event);
  }

  /** Resolves once all that was told until now is durable or refused. */
  async settled(): Promise<void> {
    await this.writer.settled();
  }

  /** @param state after all that came of the fact. */
  worked(fact: WorkedFact, state: SessionState): void {
    if (fact.kind === 'utterance') this.partials.close(fact.utteranceId);
    const settled = this.writer.settled();
    this.keeping = this.keeping.then(async () => {
      const resultSeq = await settled;
      this.deps.streams.kept(fact);
      if (fact.kind === 'hop' && !this.isOver) {
        this.checkpoints.worked({ hopEndMs: fact.hopEndMs, resultSeq, state });
      }
    });
  }

  /** What the door wants to know of the session in a process after this one. Resolves once it is durable. */
  keepDoor(door: unknown): Promise<void> {
    return this.checkpoints.keepDoor(door);
  }

  /** The same where what was kept before will do for a while: within 2 s. */
  keepDoorSoon(door: unknown): void {
    this.checkpoints.keepDoorSoon(door);
  }

  /** Nobody is connected: what a process after this one would go on from is kept, unless that was done just before. */
  pausing(): Promise<void> {
    return this.checkpoints.pausing();
  }

  /** The last result: nobody is told anything after it. @param points of its streams. */
  async end(ended: SessionResult, points: readonly StreamPoint[]): Promise<void> {
    this.isOver = true;
    this.tell(ended);
    await this.writer.settled();
    await this.deps.store.close(this.identity);
    // Not awaited: nobody waits for the disk behind the last result.
    void this.checkpoints.over(points).catch(this.deps.onFault);
  }

  /** It is over, and nobody comes back for its results: nothing is kept for a process after this one. */
  forget(): void {
    void this.checkpoints.remove().catch(this.deps.onFault);
  }

  /** The session is left to a process after this one. */
  async leave(): Promise<void> {
    await this.writer.settled();
    await this.keeping;
    this.isOver = true;
    await this.checkpoints.now();
  }

  /** Whoever listens hears that nothing more comes. */
  complete(): void {
    this.ephemeral$.complete();
    this.acked$.complete();
  }

  private acked(points: readonly AckedPoint[]): void {
    for (const point of this.ackedFeed.due(points, this.deps.clock.nowMs())) this.acked$.next(point);
  }
}
