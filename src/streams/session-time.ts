import { ClockDrift } from './clock-drift';
import type { Notice } from './gap-log';
import type { MediaChunk, StreamSpec } from '../facts/media-chunk';

/** A change of a stream's correction below this is left alone, ms: within the allowed lateness, and not a step a second. */
const MIN_STEP_MS = 100;

export interface SessionTimeSpec {
  /** Media seconds per wall second that the sender means to send. */
  readonly pace: number;
  /** It is no recording. */
  readonly isLive: boolean;
  readonly streams: readonly StreamSpec[];
}

/**
 * Wall time as media time. Media time rules: one stream, the reference, is the clock of the session, the wall clock follows
 * its drift wherever time alone is asked (silence of all streams, chat without a stamp). The other streams are shifted by
 * what their clocks drift against the reference, so that they stay beside it.
 */
export class SessionTime {
  readonly #streams = new Map<number, { readonly name: string; readonly drift: ClockDrift; shiftMs: number }>();
  readonly #pace: number;
  readonly #reference: ClockDrift | undefined;
  readonly #watches: boolean;

  constructor(
    readonly startedAtMs: number,
    { pace, streams, isLive }: SessionTimeSpec,
    private readonly notice: (notice: Notice) => void,
  ) {
    this.#pace = pace;
    // A recording has no clock of its own.
    this.#watches = isLive;
    for (const stream of streams) this.join(stream);
    const reference = referenceOf(streams);
    this.#reference = reference && this.#streams.get(reference.streamId)!.drift;
  }

  /** A stream that joins later is never the reference. */
  join({ streamId, name }: StreamSpec): void {
    this.#streams.set(streamId, { name, drift: new ClockDrift(), shiftMs: 0 });
  }

  /** Session clock in media time. */
  mediaMs(nowMs: number): number {
    // To the microsecond, so that a deadline worked out in wall time is reached when the timer comes.
    return Math.round(((nowMs - this.startedAtMs) * this.#pace + this.#driftMs) * 1000) / 1000;
  }

  /** When the session clock gets there; wall ms. */
  wallMs(mediaMs: number): number {
    return this.startedAtMs + (mediaMs - this.#driftMs) / this.#pace;
  }

  /** The frame as the session's time has it, whatever its stream's clock drifts. Beyond `latestMs` it is left as it is. */
  placed(chunk: MediaChunk, nowMs: number, latestMs: number): MediaChunk {
    const { streamId, ptsMs } = chunk;
    const stream = this.#streams.get(streamId);
    if (stream === undefined || !this.#watches || ptsMs > latestMs) return chunk;
    stream.drift.heard(ptsMs, nowMs - this.startedAtMs);
    const wantedMs = this.#driftMs - stream.drift.driftMs;
    if (Math.abs(wantedMs - stream.shiftMs) >= MIN_STEP_MS) {
      stream.shiftMs = Math.round(wantedMs);
      const detail = { reason: 'clock_drift', shiftMs: stream.shiftMs };
      this.notice({ streamName: stream.name, atMs: Math.max(0, ptsMs + stream.shiftMs), detail });
    }
    return stream.shiftMs === 0 ? chunk : { ...chunk, ptsMs: ptsMs + stream.shiftMs };
  }

  /** A time of the sender's as the session has it on one of its streams. */
  shifted(streamId: number, ptsMs: number): number {
    return ptsMs + (this.#streams.get(streamId)?.shiftMs ?? 0);
  }

  get #driftMs(): number {
    return this.#reference?.driftMs ?? 0;
  }
}

/** The customer's voice, else any voice, else the first stream. */
function referenceOf(streams: readonly StreamSpec[]): StreamSpec | undefined {
  const voices = streams.filter(({ kind }) => kind === 'voice');
  return voices.find(({ party }) => party === 'customer') ?? voices[0] ?? streams[0];
}
