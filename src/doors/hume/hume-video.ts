import { readJpegHeader } from '../../streams/jpeg-header';
import type { FrameSize } from './face-measurement';
import { HumeSession, type HumePeer } from './hume-session';
import {
  type CloseReason,
  FACE_DEFAULTS,
  type FaceConfig,
  faultsOf,
  IMAGE_FORMAT,
  type MeasuredFace,
  VideoUpdate,
} from './messages';
import { SendRate } from './send-rate';

/** The session behind, as this one uses it. */
export interface VideoCall {
  readonly sessionId: string;
  /** The session's clock, ms. */
  readonly mediaMs: number;
  media(bytes: Uint8Array, ptsMs: number): void;
  /** Rejects when the models fail. */
  measure(
    bytes: Uint8Array,
    size: FrameSize,
    atMs: number,
    face: FaceConfig,
  ): Promise<{ readonly faces: readonly MeasuredFace[] } | { readonly refused: string }>;
  end(): void;
}

const MAX_PIXELS = 8_294_400;
/** 3 frames a second. */
const FRAME_MS = 1000 / 3;
/** Frames that may come at once. */
const BURST_FRAMES = 3;
/** Frames that wait for their reply; a further one is refused as too fast. */
const MAX_WAITING = 8;
const MAX_FAILURES = 5;

/** One connection of the video endpoint, without a socket: each frame gets exactly one reply, in the order of the frames. */
export class HumeVideo extends HumeSession {
  private face: FaceConfig = { ...FACE_DEFAULTS };
  private frames = 0;
  private results = 0;
  private facesMeasured = 0;
  private failures = 0;
  private waiting = 0;
  /** Replies keep the order of the frames, also those that need no look at the frame. */
  private replies: Promise<void> = Promise.resolve();
  private readonly rate: SendRate;

  constructor(
    peer: HumePeer,
    private readonly call: VideoCall,
    private readonly nowMs: () => number,
  ) {
    super(peer);
    this.rate = new SendRate(BURST_FRAMES * FRAME_MS, nowMs());
    this.send({ type: 'session.created', session_id: call.sessionId, ...this.config() });
  }

  over(reason: CloseReason): void {
    this.because(reason);
    this.closed(this.call.sessionId);
  }

  failed(message: string): void {
    this.error('internal_error', message, true);
  }

  tooLarge(message: string): void {
    this.error('message_too_large', message);
  }

  protected configure(update: unknown): string | undefined {
    const parsed = VideoUpdate.safeParse(update);
    if (!parsed.success) return faultsOf(parsed.error);
    this.face = parsed.data.face;
    this.send({ type: 'session.updated', ...this.config() });
    return undefined;
  }

  protected media(bytes: Uint8Array): void {
    const header = bytes.length === 0 ? { ok: false as const, reason: 'the frame is empty' } : readJpegHeader(bytes);
    if (!header.ok) return this.refuse('invalid_image_frame', header.reason);
    if (header.width * header.height > MAX_PIXELS) {
      const size = `${header.width}x${header.height}`;
      return this.refuse('invalid_image_frame', `an image of ${size} is over the limit of ${MAX_PIXELS} pixels`);
    }
    if (this.waiting >= MAX_WAITING || !this.rate.take(FRAME_MS, this.nowMs())) {
      return this.refuse('rate_limited', 'frames come faster than 3 a second: this one was not measured');
    }
    this.frames += 1;
    this.waiting += 1;
    // the bytes of a socket are not kept beyond the call
    const [still, atMs] = [bytes.slice(), Math.max(0, this.call.mediaMs)];
    this.call.media(still, atMs);
    // Looked at one after another: where the face was in the last frame says whose it is in the next.
    this.inTurn(() => this.reply(still, header, atMs));
  }

  protected stop(): void {
    this.inTurn(async () => this.call.end());
  }

  protected totals(): object {
    return { received: { frames: this.frames }, produced: { measurements: this.facesMeasured } };
  }

  private refuse(code: 'invalid_image_frame' | 'rate_limited', why: string): void {
    this.inTurn(async () => this.error(code, why));
  }

  private inTurn(task: () => Promise<void>): void {
    this.replies = this.replies.then(task);
  }

  private async reply(still: Uint8Array, size: FrameSize, atMs: number): Promise<void> {
    try {
      const found = await this.call.measure(still, size, atMs, this.face);
      this.failures = 0;
      if ('refused' in found) return this.error('invalid_image_frame', `the image cannot be decoded: ${found.refused}`);
      this.facesMeasured += found.faces.filter(({ face_id: id }) => id !== null).length;
      this.send({ type: 'measurement.result', frame_id: this.results++, faces: found.faces });
    } catch {
      // told where the models are: here it is one frame without its result
      this.failures += 1;
      const isFatal = this.failures >= MAX_FAILURES;
      const what = isFatal ? `${MAX_FAILURES} frames in a row` : 'the frame';
      this.error('internal_error', `${what} could not be measured`, isFatal);
    } finally {
      this.waiting -= 1;
    }
  }

  private config(): object {
    return { image: IMAGE_FORMAT, face: this.face };
  }
}
