import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import type { TimeSpan, UnheardSpan } from '../facts/stream-fact';
import type { Gap } from './gap-log';
import { cutChunk, cutShape, type CutChunk, type CutShape } from './pause-cut';
import { Pauses } from './pauses';
import type { SessionTime } from './session-time';
import type { StreamIntake } from './stream-intake';

export interface MediaCutsDeps {
  /** As they are now. */
  readonly intakes: () => readonly StreamIntake[];
  readonly time: SessionTime;
  /** What is left of a gap is announced from this length on, ms. */
  readonly minGapMs: number;
}

/** Why nothing is taken: the session is paused, or somebody is on hold. Also what dropped media is counted as. */
type Cause = 'paused' | 'on_hold';

/** Stretches of media time in which nothing of the session is taken, or of one stream. */
export class MediaCut {
  readonly spans = new Pauses();
  /** The session clock has come to where the open one begins. */
  entered = false;

  /** @param streamId absent: of every stream. */
  constructor(
    readonly cause: Cause,
    readonly streamId?: number,
  ) {}

  isOf(streamId: number | undefined): boolean {
    return this.streamId === undefined || this.streamId === streamId;
  }
}

/**
 * What of a session's media is not taken: it is cut out of every chunk before it is copied anywhere, and what was received
 * before the word of it came is erased where it still lies. Pauses and holds may overlap. Media ms.
 */
export class MediaCuts {
  /** At most one a cause and stream. */
  readonly #all: MediaCut[] = [];
  readonly #shapes = new Map<number, CutShape>();

  constructor(private readonly deps: MediaCutsDeps) {}

  /** Nothing was ever cut. */
  get none(): boolean {
    return this.#all.every(({ spans }) => spans.none);
  }

  /** The cut of a cause, always the same one. */
  of(cause: Cause, streamId?: number): MediaCut {
    const known = this.#all.find((cut) => cut.cause === cause && cut.streamId === streamId);
    if (known !== undefined) return known;
    const cut = new MediaCut(cause, streamId);
    this.#all.push(cut);
    return cut;
  }

  /** False: it changes nothing. */
  begin(cut: MediaCut, fromMs: number, mediaMs: number): boolean {
    if (!cut.spans.begin(fromMs)) return false;
    cut.entered = false;
    for (const intake of this.#intakesOf(cut)) {
      const atMs = this.#shifted(intake, fromMs);
      if (fromMs <= mediaMs || intake.furthestMs >= atMs) intake.pause(atMs, cut.cause);
    }
    this.enterDue(mediaMs);
    return true;
  }

  /** As `Pauses.end`. A stream that another cut lies on stays as it is. */
  end(cut: MediaCut, toMs: number, nowMs: number): ReturnType<Pauses['end']> {
    const ended = cut.spans.end(toMs);
    if (typeof ended === 'string') return ended;
    for (const intake of this.#intakesOf(cut)) {
      const others = this.#enteredOn(intake.spec.streamId);
      if (others.length === 0) intake.unpause(nowMs);
      else intake.pauseGoesOn(this.#shifted(intake, Math.min(...others)));
    }
    return ended;
  }

  /**
   * A cut may be said ahead of its time: the streams leave the watermark when it has come. What of them comes late and lies
   * before it is still taken.
   */
  enterDue(mediaMs: number): void {
    for (const cut of this.#all) {
      const fromMs = cut.spans.openFromMs;
      if (fromMs === undefined || cut.entered || fromMs > mediaMs) continue;
      cut.entered = true;
      for (const intake of this.#intakesOf(cut)) intake.pauseDue(this.#shifted(intake, fromMs));
    }
  }

  /** A stream that joins in a cut is not waited for either. */
  joined(intake: StreamIntake): void {
    if (this.#enteredOn(intake.spec.streamId).length > 0) intake.silence();
  }

  /** What may be kept of a chunk, by the sender's own time stamp. */
  cut(chunk: MediaChunk, spec: StreamSpec): CutChunk & { readonly cause?: Cause } {
    let kept: CutChunk & { readonly cause?: Cause } = { chunk, cutBefore: false, cutBehind: false };
    for (const cut of this.#all) {
      const { spans, cause } = cut;
      if (spans.none || !cut.isOf(spec.streamId)) continue;
      if (kept.chunk.bytes.length === 0) break;
      const { chunk: left, cutBefore, cutBehind } = cutChunk(kept.chunk, this.#shapeOf(spec), spans);
      if (!cutBefore && !cutBehind) continue;
      kept = {
        chunk: left,
        cutBefore: kept.cutBefore || cutBefore,
        cutBehind: kept.cutBehind || cutBehind,
        cause: kept.cause ?? cause,
      };
    }
    return kept;
  }

  /** A cut that is not over has reached the chunk's stream. */
  hasReached({ streamId, ptsMs }: MediaChunk): boolean {
    return this.#on(streamId).some(({ spans }) => spans.openFromMs !== undefined && ptsMs >= spans.openFromMs);
  }

  /** The parts of [startMs, endMs) in which nothing of any stream is taken: ordered, not overlapping. */
  unheard(startMs: number, endMs: number): UnheardSpan[] {
    const paused = this.#ofSession('paused').flatMap(({ spans }) => spans.within(startMs, endMs));
    const held = this.#ofSession('on_hold').flatMap(({ spans }) => spans.within(startMs, endMs));
    const edges = [...paused, ...held].flatMap((span) => [span.startMs, span.endMs]).sort((a, b) => a - b);
    const found: UnheardSpan[] = [];
    for (const [i, from] of edges.slice(0, -1).entries()) {
      const to = edges[i + 1]!;
      const covers = (span: TimeSpan): boolean => span.startMs <= from && span.endMs >= to;
      if (to <= from) continue;
      // what is paused as well is paused
      if (paused.some(covers)) found.push({ startMs: from, endMs: to });
      else if (held.some(covers)) found.push({ startMs: from, endMs: to, held: true });
    }
    return found;
  }

  /** Since when everybody is unheard for a hold that covers the moment before `endMs`; undefined: none does. */
  heldSince(endMs: number): number | undefined {
    return this.#ofSession('on_hold')
      .map(({ spans }) => spans.sinceMs(endMs))
      .find((sinceMs) => sinceMs !== undefined);
  }

  /** What is cut is no gap: it is announced by itself. */
  gapOutside(gap: Gap): Gap | undefined {
    const stream = this.deps.intakes().find(({ spec }) => spec.name === gap.streamName)?.spec.streamId;
    let left: Gap | undefined = gap;
    for (const cut of this.#all) {
      if (left === undefined) return undefined;
      if (cut.isOf(stream)) left = this.#outside(left, cut.spans);
    }
    return left;
  }

  #outside(gap: Gap, spans: Pauses): Gap | undefined {
    if (spans.within(gap.fromMs, Math.max(gap.toMs, gap.fromMs + 1)).length === 0) return gap;
    const left = spans.firstOutside(gap.fromMs, gap.toMs);
    if (left === undefined || left.endMs - left.startMs < this.deps.minGapMs) return undefined;
    return { ...gap, fromMs: left.startMs, toMs: left.endMs };
  }

  #on(streamId: number): MediaCut[] {
    return this.#all.filter((cut) => cut.isOf(streamId));
  }

  #ofSession(cause: Cause): MediaCut[] {
    return this.#all.filter((cut) => cut.cause === cause && cut.streamId === undefined);
  }

  /** Where the open cuts on a stream begin whose time has come. */
  #enteredOn(streamId: number): number[] {
    return this.#on(streamId).flatMap(({ entered, spans }) =>
      entered && spans.openFromMs !== undefined ? [spans.openFromMs] : [],
    );
  }

  #intakesOf(cut: MediaCut): StreamIntake[] {
    return this.deps.intakes().filter(({ spec }) => cut.isOf(spec.streamId));
  }

  #shifted({ spec }: StreamIntake, atMs: number): number {
    return this.deps.time.shifted(spec.streamId, atMs);
  }

  #shapeOf(spec: StreamSpec): CutShape {
    let shape = this.#shapes.get(spec.streamId);
    if (shape === undefined) this.#shapes.set(spec.streamId, (shape = cutShape(spec)));
    return shape;
  }
}
