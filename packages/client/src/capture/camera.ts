import { browser, type BlobLike, type CanvasLike, type MediaSource, type MediaTrack, type VideoLike } from './browser';
import type { Capture, CaptureHost, CaptureOptions } from './capture';
import { askFor, deviceError, required } from './device-error';
import { liveTrack, OpenCapture, streamFor } from './open-capture';

export interface CameraOptions extends CaptureOptions {
  /** Default 2; the service looks at 4 at most. A tab in the background may give 1: browsers slow its timers. */
  readonly stillsPerSecond?: number;
  /** Longer side of a still; larger pictures are made smaller. Default 640. */
  readonly maxSidePx?: number;
  /** Of JPEG, 0 to 1. Default 0.8. */
  readonly quality?: number;
  /** Stills are left out while the connection has more than this to send. Default 128 KiB. */
  readonly maxBufferedBytes?: number;
}

/** The most that the service looks at (docs/protocol.md, "Limits"). */
const MAX_STILLS_PER_SECOND = 4;
/** `HTMLMediaElement.HAVE_CURRENT_DATA`. */
const HAVE_CURRENT_DATA = 2;

/**
 * Sends what a camera sees as JPEG stills at a steady rate: the service looks at 2 a second anyway, and decodes no video
 * then. A still is of its moment: while media waits, stills are left out rather than queued.
 */
export async function attachCamera(
  host: CaptureHost,
  given: MediaSource | undefined,
  options: CameraOptions = {},
): Promise<Capture> {
  const { signal, maxSidePx = 640 } = options;
  signal?.throwIfAborted();
  const document = required('document');
  const constraints = { video: { width: { ideal: maxSidePx }, frameRate: { ideal: 15 } } };
  const source = given ?? (await askFor('camera', constraints));
  const asked = given === undefined ? source : undefined;
  const release = (): void => asked?.getVideoTracks().forEach((track) => track.stop());
  const video = document.createElement('video') as VideoLike;
  try {
    const track = liveTrack(source.getVideoTracks());
    Object.assign(video, { muted: true, playsInline: true, srcObject: source });
    await video.play().catch((error: unknown) => {
      throw deviceError('camera', error);
    });
    const streamId = await streamFor(host, 'jpeg', options);
    const stills = new Stills(host, streamId, video, track, options);
    const close = (): void => {
      stills.close();
      video.srcObject = null;
      release();
    };
    const capture = new OpenCapture(streamId, host, { device: 'camera', track, close }, signal);
    if (!capture.hasEnded) stills.begin();
    return capture;
  } catch (error) {
    video.srcObject = null;
    release();
    throw error;
  }
}

/** Takes stills, each at its time; one that could not be made in time is left out. */
class Stills {
  private readonly periodMs: number;
  private readonly canvas: CanvasLike;
  private dueMs = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  constructor(
    private readonly host: CaptureHost,
    private readonly streamId: number,
    private readonly video: VideoLike,
    private readonly track: MediaTrack,
    private readonly options: CameraOptions,
  ) {
    this.periodMs = 1000 / Math.min(MAX_STILLS_PER_SECOND, options.stillsPerSecond ?? 2);
    const { OffscreenCanvas, document } = browser();
    this.canvas =
      OffscreenCanvas === undefined ? (document!.createElement('canvas') as CanvasLike) : new OffscreenCanvas(1, 1);
  }

  begin(): void {
    this.dueMs = performance.now();
    void this.take();
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private async take(): Promise<void> {
    const ptsMs = this.host.nowMs;
    try {
      const still = this.isWanted ? await this.jpeg() : undefined;
      if (this.isOver) return;
      if (still !== undefined) this.host.push(this.streamId, still, ptsMs);
    } catch {
      // A picture that could not be drawn or encoded is left out: the next one comes.
    }
    const nowMs = performance.now();
    // Behind by more than one: a slow machine, or a tab that slept. What was missed is past.
    this.dueMs = Math.max(this.dueMs + this.periodMs, nowMs);
    if (!this.isOver) this.timer = setTimeout(() => void this.take(), this.dueMs - nowMs);
  }

  private get isWanted(): boolean {
    const { host, video, options } = this;
    if (this.track.muted || video.readyState < HAVE_CURRENT_DATA || video.videoWidth === 0) return false;
    return host.queuedBytes(this.streamId) === 0 && host.bufferedBytes <= (options.maxBufferedBytes ?? 128 * 1024);
  }

  private async jpeg(): Promise<Uint8Array> {
    const { canvas, video } = this;
    const { maxSidePx = 640, quality = 0.8 } = this.options;
    const scale = Math.min(1, maxSidePx / Math.max(video.videoWidth, video.videoHeight));
    const width = Math.max(1, Math.round(video.videoWidth * scale));
    const height = Math.max(1, Math.round(video.videoHeight * scale));
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    // Its pixels are read at once: no way over a GPU and back.
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    context!.drawImage(video, 0, 0, width, height);
    const blob = await encoded(canvas, quality);
    return new Uint8Array(await blob.arrayBuffer());
  }
}

async function encoded(canvas: CanvasLike, quality: number): Promise<BlobLike> {
  if (canvas.convertToBlob !== undefined) return canvas.convertToBlob({ type: 'image/jpeg', quality });
  const blob = await new Promise<BlobLike | null>((resolve) => canvas.toBlob!(resolve, 'image/jpeg', quality));
  if (blob === null) throw new Error('the picture could not be encoded');
  return blob;
}
