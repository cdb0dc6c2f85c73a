import { type Codec, RapportError, type StreamDescription } from '@rapport-live/protocol';
import type { OutgoingStreams } from '../outgoing-streams';
import type { FrameMarks } from '../stream-sender';
import type { CaptureChange, CaptureHost } from './capture';
import { CaptureClock } from './capture-clock';
import { MediaClock } from './media-clock';

export interface LiveMediaParts {
  readonly streams: OutgoingStreams;
  readonly bufferedBytes: () => number;
  readonly openStream: (stream: StreamDescription, signal: AbortSignal | undefined) => Promise<void>;
  /** Asks the service for its session clock. */
  readonly askClock: () => void;
  readonly changed: (change: CaptureChange) => void;
  readonly onOver: (listener: () => void) => () => void;
}

const BYTES_PER_MS: Partial<Record<Codec, number>> = {
  'pcm16le-8k': 16,
  'pcm16le-16k': 32,
  'pcm16le-24k': 48,
  'pcm16le-48k': 96,
  'mulaw-8k': 8,
  'alaw-8k': 8,
};

/** Media that is captured now, on the clock of its session. */
export class LiveMedia implements CaptureHost {
  private readonly clock: MediaClock;
  private readonly described = new Map<number, StreamDescription>();
  private readonly sources = new Map<number, CaptureClock>();
  private readonly captures = new Set<() => void>();

  constructor(
    declared: readonly StreamDescription[],
    private readonly parts: LiveMediaParts,
    clock = new MediaClock(),
  ) {
    this.clock = clock;
    for (const stream of declared) this.declare(stream);
  }

  begin(): void {
    this.clock.begin();
  }

  declare(stream: StreamDescription): void {
    this.described.set(stream.streamId, stream);
  }

  declared(streamId: number): StreamDescription | undefined {
    return this.described.get(streamId);
  }

  get nowMs(): number {
    return this.clock.nowMs;
  }

  get freeStreamId(): number {
    return this.parts.streams.freeId;
  }

  get bufferedBytes(): number {
    return this.parts.bufferedBytes();
  }

  queuedBytes(streamId: number): number {
    return this.parts.streams.of(streamId)?.waitingBytes ?? 0;
  }

  /** The session clock, as the service says. */
  told(mediaMs: number | undefined): void {
    if (mediaMs !== undefined) this.clock.told(mediaMs);
  }

  checkClocks(): void {
    if (this.clock.takeDoubt()) this.parts.askClock();
  }

  sendAudio(streamId: number, samples: Int16Array | Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    const source = this.sources.get(streamId) ?? this.newSource(streamId);
    if (source instanceof RapportError) return Promise.reject(source);
    const { buffer, byteOffset, byteLength } = samples;
    this.checkClocks();
    const sounds = source.stamp(new Uint8Array(buffer, byteOffset, byteLength), this.nowMs);
    const sent = sounds.map(({ pcm, ptsMs, gapFromMs }) => {
      const gap = gapFromMs === undefined ? undefined : ({ fromPtsMs: gapFromMs, reason: 'unknown' } as const);
      return this.parts.streams.push(streamId, pcm, ptsMs, { gap, signal });
    });
    const all = Promise.all(sent).then(() => {});
    all.catch(() => {}); // who streams from a microphone does not wait for each frame
    return all;
  }

  /** Captures stop, and what they hold goes out: the session ends once everything is sent. */
  end(): void {
    for (const stop of [...this.captures]) stop();
    this.flush();
  }

  onEnding(listener: () => void): () => void {
    this.captures.add(listener);
    return () => this.captures.delete(listener);
  }

  /** What waits to be told late or missing goes out, of one stream or all: nothing more comes. */
  flush(streamId?: number): void {
    for (const [id, source] of this.sources) {
      if (streamId !== undefined && streamId !== id) continue;
      for (const { pcm, ptsMs } of source.flush()) this.push(id, pcm, ptsMs);
    }
  }

  openStream(stream: StreamDescription, signal?: AbortSignal): Promise<void> {
    return this.parts.openStream(stream, signal);
  }

  push(streamId: number, payload: Uint8Array, ptsMs: number, marks: FrameMarks = {}): void {
    this.parts.streams.push(streamId, payload, ptsMs, marks).catch(() => {}); // the event `gap` tells what was lost
  }

  endStream(streamId: number, ptsMs: number): void {
    this.parts.streams.end(streamId, ptsMs).catch(() => {});
  }

  changed(change: CaptureChange): void {
    this.parts.changed(change);
  }

  onOver(listener: () => void): () => void {
    return this.parts.onOver(listener);
  }

  private newSource(streamId: number): CaptureClock | RapportError {
    const stream = this.described.get(streamId);
    if (stream === undefined) return new RapportError('unknown_stream', `Stream ${streamId} is not open.`);
    const bytesPerMs = BYTES_PER_MS[stream.codec];
    if (bytesPerMs === undefined) {
      return new RapportError('invalid_message', `Stream ${streamId} is ${stream.codec}: send it with its times.`);
    }
    const source = new CaptureClock(bytesPerMs * (stream.channels === undefined ? 1 : 2));
    this.sources.set(streamId, source);
    return source;
  }
}
