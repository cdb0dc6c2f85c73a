import type { MediaChunk, StreamSpec } from '../facts/media-chunk';
import type { StreamUpdated, TimeSpan } from '../facts/stream-fact';
import type { Gap } from './gap-log';
import { ACCEPTED, refuse, type MediaVerdict } from './lane';
import { cutChunk, cutShape, type CutChunk, type CutShape } from './pause-cut';
import { Pauses } from './pauses';
import type { SessionTime } from './session-time';
import type { StreamIntake } from './stream-intake';

export interface SessionPauseDeps {
  /** As they are now. */
  readonly intakes: () => readonly StreamIntake[];
  readonly time: SessionTime;
  readonly say: (fact: StreamUpdated) => void;
  /** What is left of a gap is announced from this length on, ms. */
  readonly minGapMs: number;
}

/**
 * The pauses of one session (promise 5): what is paused is taken out of every chunk before it is copied anywhere, what was
 * received before the word of it came is erased where it still lies. Media ms.
 */
export class SessionPause {
  readonly #pauses = new Pauses();
  readonly #shapes = new Map<number, CutShape>();
  #reason = '';
  /** The session clock has come to the pause. */
  #entered = false;
  #lastSaidMs = -1;

  constructor(private readonly deps: SessionPauseDeps) {}

  get paused(): boolean {
    return this.#pauses.openFromMs !== undefined;
  }

  /** @param latestMs behind it a time stamp is not believed */
  begin(fromMs: number, reason: string, mediaMs: number, latestMs: number): MediaVerdict {
    if (fromMs > latestMs) return tooFarAhead('session.pause', fromMs);
    if (!this.#pauses.begin(fromMs)) return ACCEPTED;
    this.#reason = reason;
    this.#entered = false;
    for (const intake of this.deps.intakes()) {
      const atMs = this.deps.time.shifted(intake.spec.streamId, fromMs);
      if (fromMs <= mediaMs || intake.furthestMs >= atMs) intake.pause(atMs);
    }
    this.enterDue(mediaMs);
    this.#say(fromMs, { paused: true, reason });
    return ACCEPTED;
  }

  end(toMs: number, nowMs: number, latestMs: number): MediaVerdict {
    if (toMs > latestMs) return tooFarAhead('session.unpause', toMs);
    const startMs = this.#pauses.openFromMs;
    const ended = this.#pauses.end(toMs);
    if (ended === 'none') return ACCEPTED;
    if (ended === 'too_early') {
      return refuse('invalid_message', `session.unpause at ${toMs} ms lies before the pause at ${startMs} ms.`);
    }
    for (const intake of this.deps.intakes()) intake.unpause(nowMs);
    this.#say(toMs, { paused: false, reason: this.#reason, fromMs: Math.round(ended.startMs) });
    return ACCEPTED;
  }

  /**
   * A pause may be said ahead of its time: the streams leave the watermark when it has come. What of them comes late and
   * lies before it is still taken.
   */
  enterDue(mediaMs: number): void {
    const fromMs = this.#pauses.openFromMs;
    if (fromMs === undefined || this.#entered || fromMs > mediaMs) return;
    this.#entered = true;
    for (const intake of this.deps.intakes()) intake.pauseDue(this.deps.time.shifted(intake.spec.streamId, fromMs));
  }

  /** A stream that joins in a pause is not waited for either. */
  joined(intake: StreamIntake): void {
    if (this.paused && this.#entered) intake.silence();
  }

  /** What may be kept of a chunk, by the sender's own time stamp. */
  cut(chunk: MediaChunk, spec: StreamSpec): CutChunk {
    if (this.#pauses.none || chunk.bytes.length === 0) return { chunk, cutBefore: false, cutBehind: false };
    let shape = this.#shapes.get(spec.streamId);
    if (shape === undefined) this.#shapes.set(spec.streamId, (shape = cutShape(spec)));
    return cutChunk(chunk, shape, this.#pauses);
  }

  /** The pause that is not over has reached the chunk's stream. */
  hasReached({ ptsMs }: MediaChunk): boolean {
    const fromMs = this.#pauses.openFromMs;
    return fromMs !== undefined && ptsMs >= fromMs;
  }

  /** Chat without a time that can be believed came when it was written. */
  dropsChat(ptsMs: number | undefined, mediaMs: number, latestMs: number): boolean {
    const stamped = ptsMs !== undefined && ptsMs <= latestMs;
    return stamped ? this.#pauses.covers(ptsMs) : this.paused || this.#pauses.covers(mediaMs);
  }

  unheard(startMs: number, endMs: number): TimeSpan[] {
    return this.#pauses.within(startMs, endMs);
  }

  /** A pause is no gap: it is announced by itself. */
  gapOutside(gap: Gap): Gap | undefined {
    if (this.#pauses.within(gap.fromMs, Math.max(gap.toMs, gap.fromMs + 1)).length === 0) return gap;
    const left = this.#pauses.firstOutside(gap.fromMs, gap.toMs);
    if (left === undefined || left.endMs - left.startMs < this.deps.minGapMs) return undefined;
    return { ...gap, fromMs: left.startMs, toMs: left.endMs };
  }

  /** The media time is a part of the event's key: no two share a millisecond. Another process must know the very moment. */
  #say(atMs: number, detail: StreamUpdated['detail']): void {
    this.#lastSaidMs = Math.max(Math.round(atMs), this.#lastSaidMs + 1);
    const exact: StreamUpdated['detail'] = atMs === this.#lastSaidMs ? {} : { ptsMs: atMs };
    this.deps.say({ kind: 'updated', update: 'pause', mediaMs: this.#lastSaidMs, detail: { ...detail, ...exact } });
  }
}

function tooFarAhead(what: string, ptsMs: number): MediaVerdict {
  return refuse('invalid_message', `${what}: ptsMs ${ptsMs} is too far ahead: it counts from session.start.`);
}
