import { PositionMap } from '../position-map';
import { HumeSession, type HumePeer } from './hume-session';
import { AUDIO_FORMAT, AudioUpdate, type CloseReason, faultsOf, TIMER } from './messages';
import { SendRate } from './send-rate';
import { type HeardUtterance, type MeasuredWindow, SpeechMeasurements } from './speech-measurements';

/** The session behind, as this one uses it. */
export interface AudioCall {
  readonly sessionId: string;
  /** The session's clock, ms. */
  readonly mediaMs: number;
  /** @param missing nothing came for a while before it. */
  media(bytes: Uint8Array, ptsMs: number, missing: boolean): void;
  end(): void;
}

const BYTES_PER_MS = 32;
/** Largest frame: 10 s. */
const MAX_FRAME_BYTES = 10_000 * BYTES_PER_MS;
/** Audio that stands still for longer is not one piece with what follows, ms. */
const STALLED_MS = 1000;

/** One connection of the audio endpoint, without a socket. Times in messages are ms of the audio that was taken. */
export class HumeAudio extends HumeSession {
  private timerMs: number = TIMER.fallback;
  private acceptedMs = 0;
  private frames = 0;
  private map: PositionMap | undefined;
  private readonly rate: SendRate;
  private readonly speech = new SpeechMeasurements(
    () => this.timerMs,
    (message) => this.send(message),
  );

  constructor(
    peer: HumePeer,
    private readonly call: AudioCall,
    private readonly nowMs: () => number,
  ) {
    super(peer);
    this.rate = new SendRate(MAX_FRAME_BYTES / BYTES_PER_MS, nowMs());
    this.send({ type: 'session.created', session_id: call.sessionId, ...this.config() });
  }

  partial(utterance: HeardUtterance): void {
    this.speech.partial(this.inAudio(utterance));
  }

  final(utterance: HeardUtterance): void {
    this.speech.final(this.inAudio(utterance));
  }

  window(window: MeasuredWindow): void {
    this.speech.window(this.inAudio(window));
  }

  /** No window comes up to there. */
  passed(endMs: number): void {
    this.speech.passed(this.position(endMs));
  }

  /** The session behind has told its last result. */
  over(reason: CloseReason): void {
    this.because(reason);
    this.speech.end();
    this.closed(this.call.sessionId);
  }

  failed(message: string): void {
    this.error('internal_error', message);
  }

  tooLarge(message: string): void {
    this.error('message_too_large', message);
  }

  protected configure(update: unknown): string | undefined {
    const parsed = AudioUpdate.safeParse(update);
    if (!parsed.success) return faultsOf(parsed.error);
    this.timerMs = parsed.data.measurement_timer_ms;
    this.send({ type: 'session.updated', ...this.config() });
    return undefined;
  }

  protected media(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length === 0 || length % 2 !== 0 || length > MAX_FRAME_BYTES) {
      const limits = `an even number of bytes, at most ${MAX_FRAME_BYTES}`;
      return this.error('invalid_audio_frame', `a frame has ${length} bytes: it takes ${limits}`);
    }
    if (!this.rate.take(length / BYTES_PER_MS, this.nowMs())) {
      return this.error('rate_limited', 'audio came faster than it plays: none of this frame was taken, send it again');
    }
    const { acceptedMs, call } = this;
    const isFirst = this.map === undefined;
    this.map ??= new PositionMap(0, Math.max(0, call.mediaMs));
    const isBehind = call.mediaMs - this.map.sessionMs(acceptedMs) > STALLED_MS;
    if (isBehind) this.map.goesOn(acceptedMs, call.mediaMs);
    this.frames += 1;
    this.acceptedMs += length / BYTES_PER_MS;
    call.media(bytes, this.map.sessionMs(acceptedMs), isBehind && !isFirst);
  }

  protected stop(): void {
    this.call.end();
  }

  protected totals(): object {
    const { frames, acceptedMs } = this;
    return { received: { audio_duration_ms: Math.round(acceptedMs), frames }, produced: this.speech.produced };
  }

  private config(): object {
    return { audio: AUDIO_FORMAT, measurement_timer_ms: this.timerMs };
  }

  private position(sessionMs: number): number {
    return this.map?.positionMs(sessionMs) ?? 0;
  }

  private inAudio<T extends { readonly startMs: number; readonly endMs: number }>(span: T): T {
    return { ...span, startMs: this.position(span.startMs), endMs: this.position(span.endMs) };
  }
}
