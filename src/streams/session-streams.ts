import { Subject, type Observable } from 'rxjs';
import type { ChatInput } from './chat-lane';
import type { CreditLimit } from './credit-window';
import { Deadlines } from './deadlines';
import { GapLog } from './gap-log';
import { holdWordOf } from '../facts/hold-word';
import { HopBuilder } from './hop-builder';
import { ACCEPTED, refuse, tooFarAhead, type DropReason, type LaneHost, type MediaVerdict } from './lane';
import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import { HopRelease } from './hop-release';
import { SessionAlarm } from './session-alarm';
import type { SessionClock } from './session-clock';
import { PartialsInFlight } from './partials-in-flight';
import { Pump } from './pump';
import { MediaCuts } from './media-cuts';
import { SessionHolds } from './session-holds';
import { SessionPause } from './session-pause';
import { SessionTime } from './session-time';
import { MediaNeeds } from './resume/media-needs';
import { StreamsResume, unknownStream } from './resume/streams-resume';
import { SessionChat, type StampedChat } from './session-chat';
import { SessionIntakes } from './session-intakes';
import { type SessionLife, SessionTurn } from './session-turn';
import type { SessionStreamsDeps, SessionStreamsSpec } from './session-streams-deps';
import { SessionWatermark } from './session-watermark';
import type { SettledFact, StreamFact, StreamsEnded, StreamUpdated } from '../facts/stream-fact';
import type { StreamOptions } from './stream-options';
import { UtterancesInFlight } from './utterances-in-flight';

export type { CreditLimit } from './credit-window';
export type { MediaVerdict } from './lane';

/**
 * The media of one session, from chunks to facts in event time (rules 1 to 3). Its clock starts when it is made.
 * Subscribe before handing in media; facts come during the calls, and when voice activity or the clock has moved on.
 * Every `Hop` and `UtteranceClosed` is to be settled: those that are not hold up the next, then credit, then the sender.
 */
export class SessionStreams {
  readonly #facts = new Subject<StreamFact>();
  readonly #credits = new Subject<CreditLimit>();
  readonly facts$: Observable<StreamFact> = this.#facts.asObservable();
  readonly credits$: Observable<CreditLimit> = this.#credits.asObservable();
  readonly resume: StreamsResume;
  readonly #clock: SessionClock;
  readonly #options: StreamOptions;
  readonly #onDrop: ((reason: DropReason) => void) | undefined;
  readonly #time: SessionTime;
  readonly #intakes: SessionIntakes;
  readonly #needs: MediaNeeds;
  readonly #chat: SessionChat;
  readonly #watermark: SessionWatermark;
  readonly #hops: HopRelease;
  readonly #cuts: MediaCuts;
  readonly #pause: SessionPause;
  readonly #holds: SessionHolds;
  readonly #gaps: GapLog;
  readonly #alarm: SessionAlarm;
  /** Consumers may call back in from a fact: it then turns once more. */
  readonly #pump: Pump;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  readonly #turn: SessionTurn;
  /** Media came since the last turn, of which one would bring nothing yet. */
  #owesTurn = false;
  readonly #utterances: UtterancesInFlight;
  readonly #partials = new PartialsInFlight((fact) => this.#facts.next(fact));
  #life: SessionLife = 'open';

  /** Throws RapportError `video_unavailable` where there is no decoder for video. */
  constructor(spec: SessionStreamsSpec, deps: SessionStreamsDeps) {
    const { clock, pool, options, rings, video, soon, onDrop, deadlines = new Deadlines(clock) } = deps;
    this.#clock = clock;
    this.#options = options;
    this.#onDrop = onDrop;
    this.#utterances = new UtterancesInFlight(options.maxInFlightUtterances);
    const { restored, pace } = spec;
    const isLive = pace === 1 && spec.recorded !== true;
    const { hopMs, lookBackMs, allowedLatenessMs } = options;
    const firstHop = Math.max(0, Math.floor(((restored?.hopEndMs ?? 0) - lookBackMs) / hopMs));
    const startedAtMs = restored?.startedAtMs ?? clock.nowMs();
    this.#time = new SessionTime(startedAtMs, { ...spec, isLive }, (notice) => this.#gaps.notice(notice));
    const { anchorToleranceMs: minGapMs } = options;
    this.#cuts = new MediaCuts({ intakes: () => this.#intakes.all, time: this.#time, minGapMs });
    this.#pause = new SessionPause(this.#cuts, (fact) => this.#facts.next(fact));
    this.#holds = new SessionHolds(this.#cuts);
    this.#gaps = new GapLog(restored?.lastGapMs, (gap) => this.#cuts.gapOutside(gap), restored?.gaps);
    this.#chat = new SessionChat(
      {
        ...{ options, pace, pause: this.#pause, intakes: () => this.#intakes },
        mediaMs: (nowMs) => this.#time.mediaMs(nowMs),
        furthestMs: (nowMs) => this.#turn.furthestMs(nowMs),
        take: (fact) => (this.#life === 'open' ? this.#facts.next(fact) : this.#drop('stream_ended')),
        dropPaused: () => this.#drop('paused'),
      },
      restored?.chat,
    );
    this.#pump = new Pump({
      turn: () => this.#turn.run(clock.nowMs()),
      rest: () => this.#turn.arm(),
      isOver: () => this.#closed(),
      soon: soon ?? ((task) => task()),
    });
    this.#alarm = new SessionAlarm(clock, deadlines, this.#time, () => this.#pump.run());
    const intakes = () => this.#intakes.all;
    // the hop that the media ends in, and one behind all that look back at it
    const neededForMs = lookBackMs + 2 * hopMs;
    const progress = {
      ...{ alarm: this.#alarm, intakes, allowedLatenessMs, neededForMs, isLive },
      mediaEndMs: () => this.#turn.mediaEndMs,
    };
    this.#watermark = new SessionWatermark(progress, firstHop * hopMs);
    this.#needs = new MediaNeeds(lookBackMs, restored?.hopEndMs);
    const partials = spec.partials === true ? this.#partials : undefined;
    const laneDeps = { pool, clock, options, host: this.#host(), rings, video, pace, isLive, partials };
    this.#intakes = new SessionIntakes(spec.sessionId, laneDeps, [this.#chat.lane], restored);
    this.#intakes.open(spec.streams);
    const { voices, stills, content } = this.#intakes;
    const builder = new HopBuilder(hopMs, voices, stills, this.#cuts);
    this.#hops = new HopRelease(options, builder, content, this.#gaps, firstHop);
    this.#turn = new SessionTurn({
      ...{
        options,
        mayRest: isLive && restored === undefined,
        restPhase: deadlines.nextPhase(),
        time: this.#time,
        alarm: this.#alarm,
        watermark: this.#watermark,
        intakes: this.#intakes,
      },
      ...{ chat: this.#chat, cuts: this.#cuts, hops: this.#hops, gaps: this.#gaps },
      life: () => this.#life,
      fact: (fact) => this.#facts.next(fact),
      credit: (limit) => this.#credits.next(limit),
      finished: () => this.#finish(),
    });
    this.resume = new StreamsResume({
      ...{ clock, intakes: this.#intakes, needs: this.#needs },
      latestMs: () => this.#turn.furthestMs(clock.nowMs()) + options.maxAheadMs,
      isOpen: () => this.#life === 'open',
      credit: (limit) => this.#credits.next(limit),
      line: (line) => this.#alarm.attach(line),
      earlyChat: this.#chat.early,
      wake: () => this.#pump.run(),
    });
    if (restored !== undefined) {
      for (const lane of this.#intakes.lanes) lane.goOn(this.#watermark.settledMs);
      this.resume.detach();
    }
    this.#turn.arm();
  }

  initialCredits(): CreditLimit[] {
    return this.#intakes.points().map(({ streamId, limitBytes }) => ({ streamId, limitBytes }));
  }

  /** The session clock now. */
  get mediaMs(): number {
    return this.#time.mediaMs(this.#clock.nowMs());
  }

  /** A stream joins. Throws RapportError `video_unavailable`. */
  open(stream: StreamSpec): CreditLimit {
    const [intake] = this.#intakes.open([stream]);
    this.#time.join(stream);
    this.#cuts.joined(intake!);
    intake!.lane.release(this.#hops.nextStartMs);
    const { streamId, name, kind, party, codec } = stream;
    const detail = { reason: 'stream_opened', streamId, kind, party, codec };
    this.#gaps.notice({ streamName: name, atMs: Math.max(this.mediaMs, this.#hops.nextStartMs), detail });
    this.#pump.run();
    return { streamId, limitBytes: intake!.limitBytes };
  }

  media(chunk: MediaChunk): MediaVerdict {
    if (this.#life !== 'open') return refuse('stream_ended', 'The session has ended.');
    const intake = this.#intakes.of(chunk.streamId);
    if (intake === undefined) return unknownStream(chunk.streamId);
    // whether it is too late is judged by the watermark of now
    if (this.#owesTurn && chunk.ptsMs < this.#watermark.settledMs) this.#pump.run();
    const nowMs = this.#clock.nowMs();
    const latestMs = this.#turn.furthestMs(nowMs) + this.#options.maxAheadMs;
    const { chunk: kept, ...cut } = this.#cuts.cut(chunk, intake.spec);
    const placed = this.#time.placed(kept, nowMs, latestMs);
    const verdict = intake.offer(placed, nowMs, latestMs, chunk.bytes.length, cut);
    if (cut.cutBehind && this.#cuts.hasReached(chunk)) intake.silence();
    this.#owesTurn = verdict.ok && !this.#turn.isWorth(intake);
    if (!this.#owesTurn) this.#pump.runSoon();
    return verdict;
  }

  /**
   * The stamp that the message got; after the end and in a pause it is only counted. Undefined for one that was there
   * before, and for one that waits for its media to come again.
   */
  chat(input: ChatInput): StampedChat | undefined {
    const { rests } = this.#alarm;
    const stamped = this.#chat.receive(input, this.#clock.nowMs());
    if (rests) this.#pump.run();
    return stamped;
  }

  get paused(): boolean {
    return this.#pause.paused;
  }

  /** From `ptsMs` on media and chat are dropped before any buffer. Idempotent. */
  pause(ptsMs: number, reason: string): MediaVerdict {
    if (this.#life !== 'open') return refuse('stream_ended', 'The session has ended.');
    const furthestMs = this.#turn.furthestMs(this.#clock.nowMs());
    const verdict = this.#pause.begin(ptsMs, reason, furthestMs, furthestMs + this.#options.maxAheadMs);
    this.#pump.run();
    return verdict;
  }

  /** From `ptsMs` on they are taken again. Idempotent. */
  unpause(ptsMs: number): MediaVerdict {
    if (this.#life !== 'open') return refuse('stream_ended', 'The session has ended.');
    const nowMs = this.#clock.nowMs();
    const verdict = this.#pause.end(ptsMs, nowMs, this.#turn.furthestMs(nowMs) + this.#options.maxAheadMs);
    this.#pump.run();
    return verdict;
  }

  /** What `ended` would say now. */
  soFar(): Pick<StreamsEnded, 'durationMs' | 'dropped'> {
    const dropped = { ...this.#dropped } as Record<string, number>;
    return { durationMs: Math.ceil(this.#turn.contentEndMs), dropped };
  }

  /**
   * Who is there, and who is on hold, in its place between the facts.
   * @param isKnown it was told by a process before this one: what follows from it does, and nothing is said.
   */
  participant(fact: StreamUpdated, isKnown = false): void {
    if (this.#life !== 'open') return;
    const hold = holdWordOf(fact);
    const nowMs = this.#clock.nowMs();
    if (hold !== undefined) this.#holds.hear(hold, nowMs, this.#turn.furthestMs(nowMs));
    if (!isKnown) this.#facts.next(fact);
    this.#pump.run();
  }

  /** Another language is stated, in its place between the facts. */
  language(fact: StreamUpdated): void {
    if (this.#life === 'open') this.#facts.next(fact);
  }

  /** Whether a time stamp of the client's can be believed. `what` carries it. */
  believes(what: string, ptsMs: number): MediaVerdict {
    const latestMs = this.#turn.furthestMs(this.#clock.nowMs()) + this.#options.maxAheadMs;
    return ptsMs > latestMs ? tooFarAhead(what, ptsMs) : ACCEPTED;
  }

  /** A chunk that its door could not hand in, for this reason. */
  dropped(reason: DropReason): void {
    if (this.#life === 'open') this.#drop(reason);
  }

  endStream(streamId: number): MediaVerdict {
    const intake = this.#intakes.of(streamId);
    if (intake === undefined) return unknownStream(streamId);
    intake.end();
    this.#pump.run();
    return ACCEPTED;
  }

  /** Nothing has come so far, and nothing will: how long that was is looked at, if nobody was asked lately. */
  catchUp(): void {
    if (!this.#alarm.rests) return;
    this.#alarm.endRest();
    this.#pump.run();
  }

  /** Nothing more comes: what is held is worked off, then `ended` follows as the last fact. */
  end(): void {
    if (this.#life !== 'open') return;
    this.catchUp();
    this.#chat.comeAll(this.#clock.nowMs());
    this.#life = 'ending';
    for (const intake of this.#intakes.all) intake.end();
    this.#pump.run();
  }

  /** A hop or utterance is fully processed. Others, and the same again, do nothing. */
  settle(fact: SettledFact): void {
    // no pump: the next part is told when more of it is heard
    if (fact.kind === 'utterance-open') return this.#partials.settle(fact);
    const settled = fact.kind === 'hop' ? this.#hops.settle(fact) : this.#utterances.settle(fact);
    if (settled) this.#pump.run();
  }

  /** Frees everything, at any time; no fact follows. */
  dispose(): void {
    this.#life = 'closed';
    this.#alarm.cancel();
    this.resume.dispose();
    this.#intakes.dispose();
    this.#needs.clear();
    this.#chat.early.clear();
    this.#hops.clear();
    this.#utterances.clear();
    this.#facts.complete();
    this.#credits.complete();
  }

  #host(): LaneHost {
    const watermark = this.#watermark;
    const intakes = (): SessionIntakes => this.#intakes;
    return {
      get watermarkMs() {
        return watermark.valueMs;
      },
      get isWatermarkAwaited() {
        return intakes().isWatermarkAwaited;
      },
      roomForUtterance: () => !this.#closed() && this.#utterances.hasRoom,
      utterance: (fact) => {
        this.#utterances.add(fact);
        this.#needs.handedOut(fact);
        this.#facts.next(fact);
      },
      gap: (gap) => this.#gaps.note(gap),
      notice: (notice) => this.#gaps.notice(notice),
      drop: (reason) => this.#drop(reason),
      wake: () => this.#pump.run(),
    };
  }

  #finish(): void {
    this.#facts.next({ kind: 'ended', ...this.soFar() });
    this.dispose();
  }

  #closed(): boolean {
    return this.#life === 'closed';
  }

  #drop(reason: DropReason): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
    this.#onDrop?.(reason);
  }
}
