/** Where to connect, and as whom. */
export interface Address {
  readonly url: string;
  readonly apiKey?: string;
  /** In place of a key; good for one connection. */
  readonly token?: string;
  readonly traceparent?: string;
}

export interface TransportClose {
  /** Of the close frame, or 1006 where none came (RFC 6455, section 7.1.5). */
  readonly status: number;
  readonly reason: string;
  /** Why it could not be opened, or what broke it. */
  readonly error?: Error;
}

/** What comes of one connection, in order; nothing after `onClose`, which comes once. */
export interface TransportEvents {
  onOpen(): void;
  onText(text: string): void;
  /** A ping or pong came: the peer lives. */
  onHeard(): void;
  onClose(close: TransportClose): void;
}

/** One WebSocket connection. The rest of the client knows nothing of the library, or the browser, behind it. */
export interface Transport {
  /** False where pings are answered unseen, as in browsers: then the session sends its own. */
  readonly hearsPings: boolean;
  /** False where reading cannot be stopped, as in browsers. */
  readonly canPause: boolean;
  /** Of what was handed to `send`, what has not left this machine yet. */
  readonly bufferedBytes: number;
  /** Nothing happens when the connection is closing or closed. */
  send(data: string | Uint8Array): void;
  /** Reads no more, so that the service sees the back-pressure. */
  pause(): void;
  resume(): void;
  /** Drops the connection at once; `onClose` follows. */
  terminate(): void;
}

export type OpenTransport = (address: Address, timeoutMs: number, events: TransportEvents) => Transport;
