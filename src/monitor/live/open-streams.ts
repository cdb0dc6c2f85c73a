import { RapportError } from '@rapport-live/protocol';
import type { EventStream } from './event-stream';

/** Streams of server-sent events that this process has open; each is a connection. */
export class OpenStreams {
  private readonly open = new Set<EventStream>();
  private isClosed = false;

  /** @param maxStreams Default 256. */
  constructor(private readonly maxStreams = 256) {}

  /** Before one is begun. Throws RapportError `overloaded` or `server_shutdown`. */
  requireRoom(): void {
    if (this.isClosed) throw new RapportError('server_shutdown', 'The service is shutting down.');
    if (this.open.size < this.maxStreams) return;
    throw new RapportError('overloaded', `${this.maxStreams} walls and conversations are being watched.`, {
      retryAfterMs: 5_000,
    });
  }

  add(stream: EventStream): EventStream {
    this.open.add(stream);
    stream.onEnd(() => this.open.delete(stream));
    return stream;
  }

  get size(): number {
    return this.open.size;
  }

  /** Whoever watches comes back to the next process. */
  close(): void {
    this.isClosed = true;
    for (const stream of [...this.open]) stream.end();
  }
}
