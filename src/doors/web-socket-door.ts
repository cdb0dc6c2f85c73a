import type { IncomingMessage } from 'node:http';
import type { ErrorCode, RapportError } from '@rapport-live/protocol';
import type { DoorMeter, DoorName } from '../facts/door-meter';
import type { ByKey } from '../gateway/auth/doorkeeper';
import type { Principal } from '../gateway/auth/principal';
import type { ForeignDoor, ForeignSocket } from '../gateway/foreign-door';
import type { GatewayOptions } from '../gateway/gateway-options';
import { keepAlive } from '../gateway/keep-alive';
import type { Admitted } from '../gateway/upgrade-policy';
import { DoorLine } from './door-line';

/**
 * Who hears one connection. Called in the order of arrival, each call to its end. What it throws closes the line: a
 * RapportError with the status of its code, anything else as a fault of ours.
 */
export interface LineListener {
  text(text: string): void;
  binary(bytes: Buffer): void;
  /** Once, last: by the peer's close with its status, by ours, or without a word (1006). */
  gone(status: number): void;
}

/** A protocol over WebSockets that is somebody else's. */
export interface DoorProtocol extends Pick<ForeignDoor, 'path' | 'subprotocols' | 'maxMessageBytes'> {
  /** In the log and in metrics: `twilio`. */
  readonly name: DoorName;
  identify(request: IncomingMessage, byKey: ByKey): Principal | Promise<Principal>;
  /** A connection that was let in. */
  open(line: DoorLine, request: IncomingMessage): LineListener;
  /** One that was not: it is told so in the protocol's own words. Absent: its upgrade is refused. */
  turnAway?(line: DoorLine, request: IncomingMessage, error: RapportError): LineListener;
}

export interface WebSocketDoorParts {
  readonly options: GatewayOptions;
  readonly meter: DoorMeter;
  /** A connection was closed for an error; told once, without anything personal. */
  readonly onFault: (door: DoorName, error: RapportError) => void;
  /** A fault of ours. */
  readonly onOwnFault: (error: unknown) => void;
}

/** Who was turned away. */
const NOBODY: Principal = { tenant: '', scopes: new Set() };

/** What `ws` closes a connection for by itself: its close status says it, and nobody else would count or log it. */
const CODE_OF_WS_ERROR: Readonly<Record<string, ErrorCode>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'message_too_large',
  WS_ERR_INVALID_UTF8: 'malformed_message',
};

/** What all doors over WebSockets have in common: bounds, keep-alive, the time to begin, and that faults stay where they are. */
export class WebSocketDoor implements ForeignDoor {
  readonly turnAway: ForeignDoor['turnAway'];

  constructor(
    private readonly protocol: DoorProtocol,
    private readonly parts: WebSocketDoorParts,
  ) {
    const tell = protocol.turnAway?.bind(protocol);
    if (tell === undefined) return;
    this.turnAway = (socket, error, request) =>
      this.serve(socket, { principal: NOBODY, onStarted: () => {} }, (line) => tell(line, request, error));
  }

  get meter(): DoorMeter {
    return this.parts.meter;
  }

  get path(): string {
    return this.protocol.path;
  }

  get subprotocols(): readonly string[] {
    return this.protocol.subprotocols;
  }

  get maxMessageBytes(): number {
    return this.protocol.maxMessageBytes;
  }

  identify(request: IncomingMessage, byKey: ByKey): Principal | Promise<Principal> {
    return this.protocol.identify(request, byKey);
  }

  accept(socket: ForeignSocket, { principal, seat, trace }: Admitted, request: IncomingMessage): void {
    const caller = { principal, onStarted: seat.started, trace };
    const { meter } = this.parts;
    meter.entered();
    socket.on('close', () => meter.left());
    this.serve(socket, caller, (line) => this.protocol.open(line, request));
  }

  private serve(
    socket: ForeignSocket,
    { principal, onStarted, trace }: Pick<DoorLine, 'principal' | 'onStarted' | 'trace'>,
    open: (line: DoorLine) => LineListener,
  ): void {
    const { options, meter, onFault, onOwnFault } = this.parts;
    const { protocol } = this;
    const { startTimeoutMs } = options;
    let isGone = false;
    const timer = setTimeout(() => {
      line.fail('session_timeout', `No call began within ${startTimeoutMs} ms.`);
    }, startTimeoutMs);
    const started = (): void => {
      clearTimeout(timer);
      onStarted();
    };
    const leave = (status: number): void => {
      if (isGone) return;
      isGone = true;
      clearTimeout(timer);
      guard(() => listener.gone(status));
    };
    const line = new DoorLine(
      socket,
      principal,
      started,
      options,
      {
        onOwnFault,
        onFault: (error) => {
          onFault(protocol.name, error);
          // the peer may take long to go: its session need not wait for that
          queueMicrotask(() => leave(1006));
        },
      },
      trace,
    );
    const guard = (handle: () => void): void => {
      try {
        handle();
      } catch (error) {
        line.answer(error);
      }
    };
    const listener = open(line);
    keepAlive(socket, line, options);
    socket.on('message', (data, binary) => {
      const bytes = data as Buffer;
      meter.received(bytes.length);
      if (!line.isOpen) return;
      guard(() => (binary ? listener.binary(bytes) : listener.text(bytes.toString('utf8'))));
    });
    socket.on('pong', (data) => line.probe.pong(data.toString('latin1')));
    socket.on('close', leave);
    // `ws` has closed it with the right status, before it says so
    socket.on('error', ({ message, code = '' }: Error & { code?: string }) => {
      if (code.startsWith('WS_ERR_')) line.fail(CODE_OF_WS_ERROR[code] ?? 'frame_malformed', `${message}.`);
    });
  }
}
