import {
  FrameFlag,
  type Limits,
  RapportError,
  type ServerMessage,
  type SessionReady,
  type SessionStart,
  SUBPROTOCOL,
  encodeFrame,
} from '@rapport-live/protocol';
import { WebSocket } from 'ws';
import { CreditGate } from './credit-gate';
import { MessageQueue } from './message-queue';
import { upgradeError } from './upgrade-error';

export interface ConnectOptions extends Partial<Omit<SessionStart, 'type' | 'ref'>> {
  /** For example `ws://127.0.0.1:8080/v1/stream`. */
  readonly url: string;
  readonly apiKey: string;
  /** W3C Trace Context of the caller's span: the session becomes a part of its trace. */
  readonly traceparent?: string;
  /** From connecting to `session.ready`. Default 10 s. */
  readonly timeoutMs?: number;
  /** Server messages kept unread before the socket is paused. Default 1,024. */
  readonly maxUnreadMessages?: number;
}

/** What the iteration yields: results, ephemeral events and errors that did not end the session. */
export type SessionEvent = Extract<ServerMessage, { type: 'result' | 'ephemeral' | 'error' }>;

interface OutgoingStream {
  readonly credit: CreditGate;
  nextSeq: number;
  /** Sends of one stream go one after another, so that seq and byteOffset follow the order of the calls. */
  tail: Promise<void>;
}

/** Connects, opens a session and resolves when the service is ready. Rejects with RapportError. */
export async function connect(options: ConnectOptions): Promise<RapportSession> {
  const { url, apiKey, traceparent, timeoutMs = 10_000, maxUnreadMessages = 1024, ...start } = options;
  const socket = new WebSocket(url, SUBPROTOCOL, {
    headers: { authorization: `Bearer ${apiKey}`, ...(traceparent === undefined ? {} : { traceparent }) },
    handshakeTimeout: timeoutMs,
  });
  const queue = new MessageQueue<SessionEvent>(
    maxUnreadMessages,
    () => socket.pause(),
    () => socket.resume(),
  );
  return new Promise((resolve, reject) => {
    let session: RapportSession | undefined;
    const timer = setTimeout(() => {
      reject(new RapportError('session_timeout', `No session.ready came within ${timeoutMs} ms.`));
      socket.terminate();
    }, timeoutMs);
    socket.on('unexpected-response', (_request, response) => {
      void upgradeError(response).then((error) => {
        clearTimeout(timer);
        reject(error);
        socket.terminate();
      });
    });
    socket.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.on('open', () => socket.send(JSON.stringify({ type: 'session.start', ...start })));
    socket.on('message', (data, binary) => {
      if (binary) return;
      const message = JSON.parse((data as Buffer).toString('utf8')) as ServerMessage;
      if (message.type === 'session.ready') {
        clearTimeout(timer);
        session = new RapportSession(socket, message, queue);
        resolve(session);
      } else if (message.type === 'credit') session?.onCredit(message.streamId, message.limitBytes);
      else if (message.type === 'result' || message.type === 'ephemeral') queue.push(message);
      else if (message.type === 'error') {
        queue.push(message);
        if (session === undefined) {
          const { retryAfterMs } = message;
          reject(new RapportError(message.code, message.message, { retryAfterMs }));
        }
      }
    });
    socket.on('close', (status, reason) => {
      clearTimeout(timer);
      const failure = status === 1000 ? undefined : closeError(status, reason.toString());
      reject(failure ?? new Error('The connection closed before the session was ready.'));
      session?.onClose(failure);
      queue.end(failure);
    });
  });
}

/** A live session. Iterate it for results; send media and chat beside that. */
export class RapportSession implements AsyncIterable<SessionEvent> {
  readonly sessionId: string;
  readonly limits: Limits;
  private readonly streams: ReadonlyMap<number, OutgoingStream>;

  constructor(
    private readonly socket: WebSocket,
    ready: SessionReady,
    private readonly events: MessageQueue<SessionEvent>,
  ) {
    this.sessionId = ready.sessionId;
    this.limits = ready.limits;
    this.streams = new Map(
      ready.credits.map(({ streamId, limitBytes }) => [
        streamId,
        { credit: new CreditGate(limitBytes), nextSeq: 0, tail: Promise.resolve() },
      ]),
    );
  }

  /**
   * Sends one piece of media, in the codec that the stream declared; waits for credit, which is how the service
   * slows a sender. `ptsMs` counts from `session.start`; `init`: the payload begins with a container's header, as the
   * first slice of each recording does. Rejects when the session is over.
   */
  send(streamId: number, payload: Uint8Array, ptsMs: number, { init = false } = {}): Promise<void> {
    return this.enqueue(streamId, payload, ptsMs, init ? FrameFlag.init : 0);
  }

  /** Nothing follows on this stream. */
  endStream(streamId: number, ptsMs: number): Promise<void> {
    return this.enqueue(streamId, new Uint8Array(0), ptsMs, FrameFlag.endOfStream);
  }

  chat(message: { party: 'customer' | 'agent'; text: string; ptsMs?: number; messageId?: string }): void {
    this.sendJson({ type: 'chat.message', ...message });
  }

  /** Asks the service to finish; iterate on until the last result, `rapport.session.ended`. */
  async end(reason?: 'completed' | 'transferred' | 'abandoned' | 'other'): Promise<void> {
    await Promise.all([...this.streams.values()].map((stream) => stream.tail));
    this.sendJson({ type: 'session.end', reason });
  }

  /** Drops the connection at once. */
  abort(): void {
    this.socket.terminate();
  }

  [Symbol.asyncIterator](): AsyncIterator<SessionEvent> {
    return this.events;
  }

  /** @internal */
  onCredit(streamId: number, limitBytes: number): void {
    this.streams.get(streamId)?.credit.raise(limitBytes);
  }

  /** @internal */
  onClose(failure: Error | undefined): void {
    const reason = failure ?? new Error('The session is over.');
    for (const stream of this.streams.values()) stream.credit.close(reason);
  }

  private enqueue(streamId: number, payload: Uint8Array, ptsMs: number, flags: number): Promise<void> {
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      return Promise.reject(new RapportError('unknown_stream', `Stream ${streamId} was not named at the start.`));
    }
    const sent = stream.tail.then(() => this.transmit(stream, streamId, payload, ptsMs, flags));
    stream.tail = sent.catch(() => {});
    return sent;
  }

  private async transmit(
    stream: OutgoingStream,
    streamId: number,
    payload: Uint8Array,
    ptsMs: number,
    flags: number,
  ): Promise<void> {
    const byteOffset = stream.credit.offset;
    while (!stream.credit.tryTake(payload.byteLength)) await stream.credit.raised();
    const header = { flags, streamId, seq: stream.nextSeq++, ptsUs: Math.round(ptsMs * 1000), byteOffset };
    this.socket.send(encodeFrame(header, payload));
  }

  private sendJson(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}

function closeError(status: number, reason: string): Error {
  return new Error(`The service closed the connection with status ${status}${reason === '' ? '' : ` (${reason})`}.`);
}
