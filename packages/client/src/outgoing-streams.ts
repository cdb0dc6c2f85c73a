import { type Credit, FrameFlag, RapportError, type SessionResumed, type StreamOpen } from '@rapport-live/protocol';
import type { ClientBounds } from './options';
import type { StreamPosition } from './replay-buffer';
import { type FrameMarks, type StreamGap, StreamSender, type StreamWire } from './stream-sender';

type OpenedStream = StreamOpen['stream'];

export interface OutgoingStreamsParts {
  readonly bounds: ClientBounds;
  readonly frame: (bytes: Uint8Array) => void;
  readonly say: (message: StreamOpen) => void;
  /** `next`: the frame behind the gap, where the service is still to be told. */
  readonly gap: (gap: StreamGap, next?: StreamPosition) => void;
  readonly pressure: StreamWire['pressure'];
  /** Whether the service can resume: else no media is kept. */
  readonly canResume: () => boolean;
}

interface Joining {
  readonly message: StreamOpen;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The streams that a session sends: those of its start, and those that join later. */
export class OutgoingStreams {
  private readonly senders = new Map<number, StreamSender>();
  private readonly joining = new Map<number, Joining>();
  /** How those that joined were opened, and which of them a process of the service that does not know them is asked for anew. */
  private readonly opened = new Map<number, StreamOpen>();
  private readonly rejoining = new Set<number>();
  private readonly wire: StreamWire;

  constructor(private readonly parts: OutgoingStreamsParts) {
    this.wire = { frame: parts.frame, gap: parts.gap, pressure: parts.pressure };
  }

  /** Everything of every stream was sent, on this connection. */
  get areDrained(): boolean {
    if (this.joining.size > 0 || this.rejoining.size > 0) return false;
    return [...this.senders.values()].every(({ isDrained }) => isDrained);
  }

  of(streamId: number): StreamSender | undefined {
    return this.senders.get(streamId);
  }

  /** The smallest number from 1 on that no stream has had. */
  get freeId(): number {
    let streamId = 1;
    while (this.senders.has(streamId) || this.joining.has(streamId)) streamId += 1;
    return streamId;
  }

  begin(credits: readonly Omit<Credit, 'type'>[]): void {
    for (const { streamId, limitBytes } of credits) this.add(streamId, limitBytes);
  }

  /**
   * Resolves once the service has taken the stream, rejects with what it refuses it with. One that `signal` gives up is
   * ended as soon as it is taken.
   */
  async open(stream: OpenedStream, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const opened = this.ask(stream);
    if (signal === undefined) return opened;
    let onAbort!: () => void;
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort);
    });
    try {
      await Promise.race([opened, aborted]);
    } catch (error) {
      if (signal.aborted) {
        void opened.then(() => this.end(stream.streamId, 0)).catch(() => {});
      }
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private ask(stream: OpenedStream): Promise<void> {
    const { streamId } = stream;
    if (this.senders.has(streamId) || this.joining.has(streamId)) {
      return Promise.reject(new RapportError('invalid_message', `Stream ${streamId} is there already.`));
    }
    const message: StreamOpen = { type: 'stream.open', ref: `stream-${streamId}`, stream };
    return new Promise((resolve, reject) => {
      this.joining.set(streamId, { message, resolve, reject });
      this.parts.say(message);
    });
  }

  credit({ streamId, limitBytes }: Omit<Credit, 'type'>): void {
    const sender = this.senders.get(streamId);
    if (sender === undefined) this.joined(streamId, limitBytes);
    else if (!this.rejoining.delete(streamId)) sender.credit(limitBytes);
    // Nothing of it was ever acknowledged: it begins at its beginning.
    else sender.attach({ nextSeq: 0, limitBytes, sendInit: false, ended: false });
  }

  /** Whether the error answers a stream that wanted to join. */
  refused(ref: string | undefined, error: RapportError): boolean {
    const found = [...this.joining].find(([, { message }]) => message.ref === ref);
    if (found === undefined) return false;
    this.joining.delete(found[0]);
    found[1].reject(error);
    return true;
  }

  /** The frame was sent behind the end of its stream. */
  isPastEnd({ streamId, seq }: { readonly streamId?: number; readonly seq?: number }): boolean {
    if (streamId === undefined || seq === undefined) return false;
    return seq > (this.senders.get(streamId)?.endSeq ?? Infinity);
  }

  /** What can still be sent, for `session.resume`. */
  positions() {
    return [...this.senders.values()].map(({ streamId, position: { oldest, next } }) => ({
      streamId,
      oldestSeq: oldest.seq,
      oldestByteOffset: oldest.byteOffset,
      nextSeq: next.seq,
      nextByteOffset: next.byteOffset,
    }));
  }

  detach(): void {
    this.rejoining.clear();
    for (const sender of this.senders.values()) sender.detach();
  }

  /** Goes on over another connection. A stream whose opening the service has not heard of is opened again. */
  resumed(streams: SessionResumed['streams']): void {
    for (const stream of streams) {
      if (this.joining.has(stream.streamId)) this.joined(stream.streamId, stream.limitBytes);
      this.senders.get(stream.streamId)?.attach(stream);
    }
    for (const { message } of this.joining.values()) this.parts.say(message);
    const known = new Set(streams.map(({ streamId }) => streamId));
    for (const [streamId, message] of this.opened) {
      if (known.has(streamId)) continue;
      this.rejoining.add(streamId);
      this.parts.say(message);
    }
  }

  push(streamId: number, payload: Uint8Array, ptsMs: number, marks: FrameMarks): Promise<void> {
    const sender = this.senders.get(streamId);
    if (sender === undefined) {
      return Promise.reject(new RapportError('unknown_stream', `Stream ${streamId} is not open.`));
    }
    return sender.push(payload, ptsMs, marks);
  }

  /** Nothing follows on this stream. */
  end(streamId: number, ptsMs: number, signal?: AbortSignal): Promise<void> {
    return this.push(streamId, new Uint8Array(0), ptsMs, { flags: FrameFlag.endOfStream, signal });
  }

  close(reason: Error): void {
    for (const sender of this.senders.values()) sender.close(reason);
    for (const { reject } of this.joining.values()) reject(reason);
    this.joining.clear();
  }

  private joined(streamId: number, limitBytes: number): void {
    const joining = this.joining.get(streamId);
    if (joining === undefined) return;
    this.joining.delete(streamId);
    this.opened.set(streamId, joining.message);
    this.add(streamId, limitBytes);
    joining.resolve();
  }

  private add(streamId: number, limitBytes: number): void {
    const { bounds, canResume } = this.parts;
    this.senders.set(streamId, new StreamSender(streamId, limitBytes, bounds, this.wire, canResume()));
  }
}
