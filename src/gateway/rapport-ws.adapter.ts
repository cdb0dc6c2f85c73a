import './web-socket-unmask';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { INestApplicationContext, WebSocketAdapter } from '@nestjs/common';
import type { MessageMappingProperties } from '@nestjs/websockets';
import { type ErrorCode, RapportError, SUBPROTOCOL } from '@rapport-live/protocol';
import { EMPTY, Subject, concatMap, defer, finalize, from, takeUntil, type Observable } from 'rxjs';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { DoorMeter } from '../facts/door-meter';
import type { Meter } from '../facts/meter';
import type { StartPace } from './admission/start-pace';
import { parseClientText } from './client-text';
import { Connection } from './connection';
import type { Principal } from './auth/principal';
import { requireMessageRight } from './auth/rights';
import { answerFault, logFault } from './fault.filter';
import type { ForeignDoor } from './foreign-door';
import type { GatewayOptions } from './gateway-options';
import { keepAlive } from './keep-alive';
import { refuseUpgrade } from './refused-upgrade';
import { type Admission, type Admitted, pathOf, type UpgradePolicy } from './upgrade-policy';

/** Messages up to this many times the limit are read and answered with an error; larger ones get only the close 1009. */
const HARD_LIMIT_FACTOR = 4;

/** Said by whoever does not speak the protocol at all. */
const NOISE: readonly ErrorCode[] = ['malformed_message', 'session_required', 'frame_malformed', 'message_too_large'];

const NOBODY: Principal = { tenant: '', scopes: new Set() };

/** What came over a connection, to be handled in the order of its coming. */
interface Received {
  readonly kind: 'text' | 'frame' | 'pong';
  readonly data: Buffer;
}

/** Also of an empty message something is kept while it waits. */
const sizeOf = ({ data }: Received): number => data.byteLength + 64;

/** The door of another protocol, with the end of `ws` that makes its sockets. */
interface OpenDoor {
  readonly door: ForeignDoor;
  readonly server: WebSocketServer;
}

interface HttpHost extends INestApplicationContext {
  getHttpServer(): HttpServer;
}

/**
 * Nest's WebSocket seam over `ws`, instead of the stock adapter, which drops binary frames, runs handlers without
 * a bound and swallows what they throw (docs/adr/0003). One message at a time; the socket is paused while more than
 * `maxUnhandledBytes` wait; upgrades are decided before a socket exists.
 */
export class RapportWsAdapter implements WebSocketAdapter<WebSocketServer, Connection> {
  private readonly sockets = new Map<Connection, WebSocket>();
  /** By path. */
  private readonly foreign: ReadonlyMap<string, OpenDoor>;

  constructor(
    private readonly app: HttpHost,
    private readonly policy: UpgradePolicy,
    private readonly options: GatewayOptions,
    private readonly meter: Pick<Meter, 'error'>,
    /** Of our own door; those of others have theirs. */
    private readonly ownDoor: DoorMeter,
    private readonly pace: StartPace,
    doors: readonly ForeignDoor[] = [],
  ) {
    this.foreign = new Map(doors.map((door) => [door.path, openDoor(door)]));
  }

  create(): WebSocketServer {
    const server = new WebSocketServer({
      noServer: true,
      // Never what the client offered first: that may be its token.
      handleProtocols: () => SUBPROTOCOL,
      maxPayload: HARD_LIMIT_FACTOR * this.options.maxMessageBytes,
    });
    this.app.getHttpServer().on('upgrade', (request, socket, head) => this.upgrade(server, request, socket, head));
    return server;
  }

  bindClientConnect(server: WebSocketServer, callback: (client: Connection) => void): void {
    server.on('connection', (socket: WebSocket, request: IncomingMessage, { principal, seat, trace }: Admitted) => {
      let hasStarted = false;
      const onError = (code: ErrorCode): void => {
        this.meter.error(code);
        if (!hasStarted && NOISE.includes(code)) this.policy.noise(request);
      };
      const connection = new Connection(socket, principal, this.options, onError, trace, request.socket);
      connection.onStarted = () => {
        hasStarted = true;
        seat.started();
      };
      this.sockets.set(connection, socket);
      this.ownDoor.entered();
      socket.on('close', () => {
        this.sockets.delete(connection);
        this.ownDoor.left();
        if (connection.closeCode !== undefined) this.ownDoor.refused(connection.closeCode);
      });
      keepAlive(socket, connection, this.options);
      // `ws` answers framing faults and bad UTF-8 itself, with the right close status: nothing to add.
      socket.on('error', () => {});
      callback(connection);
    });
  }

  bindClientDisconnect(client: Connection, callback: () => void): void {
    this.sockets.get(client)?.on('close', callback);
  }

  bindMessageHandlers(client: Connection, handlers: MessageMappingProperties[]): void {
    const socket = this.sockets.get(client);
    if (socket === undefined) return;
    const byType = new Map(handlers.map((handler) => [String(handler.message), handler.callback]));
    const received = new Subject<Received>();
    const gone = new Subject<void>();
    let unhandled = 0;
    let unhandledBytes = 0;
    const take = (one: Received): void => {
      // Frames are handled at once unless they are behind a text message: the queue costs more than the frame.
      if (one.kind !== 'text' && unhandled === 0) {
        this.handleNow(client, one);
        return;
      }
      unhandled += 1;
      unhandledBytes += sizeOf(one);
      if (unhandledBytes > this.options.maxUnhandledBytes) socket.pause();
      received.next(one);
    };
    socket.on('message', (raw: RawData, binary: boolean) => {
      const data = raw as Buffer;
      this.ownDoor.received(data.byteLength);
      take({ kind: binary ? 'frame' : 'text', data });
    });
    // In its place: what it answers for must have been handled.
    socket.on('pong', (data: Buffer) => take({ kind: 'pong', data }));
    socket.on('close', () => gone.next());
    received
      .pipe(
        concatMap((one) =>
          defer(() => {
            if (one.kind === 'text') return this.onText(client, byType, one.data);
            this.handleNow(client, one);
            return EMPTY;
          }).pipe(
            finalize(() => {
              unhandled -= 1;
              unhandledBytes -= sizeOf(one);
              if (socket.isPaused && unhandledBytes <= this.options.maxUnhandledBytes) socket.resume();
            }),
          ),
        ),
        takeUntil(gone),
      )
      .subscribe();
  }

  /** Ends what is left, each connection with its close frame; who does not answer it in time is cut off. */
  async close(server: WebSocketServer): Promise<void> {
    const answered = [...this.sockets].map(([connection, socket]) => {
      const gone = new Promise((resolve) => socket.once('close', resolve));
      connection.close('server_shutdown');
      socket.resume(); // a paused one would not see the answer
      return gone;
    });
    const foreign = [...this.foreign.values()];
    for (const socket of foreign.flatMap((open) => [...open.server.clients])) {
      answered.push(new Promise((resolve) => socket.once('close', resolve)));
      socket.close(1001, 'server_shutdown' satisfies ErrorCode);
    }
    const cutOff = setTimeout(() => {
      for (const socket of this.sockets.values()) socket.terminate();
      for (const open of foreign) for (const socket of open.server.clients) socket.terminate();
    }, this.options.closeTimeoutMs);
    // Not at once: TCP drops what a peer has not read yet when it still sends into a socket that is gone.
    await Promise.all(answered);
    clearTimeout(cutOff);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Nest calls this when the service ends; `close` has done it all. */
  async dispose(): Promise<void> {}

  private handleNow(client: Connection, { kind, data }: Received): void {
    if (kind === 'pong') client.probe.pong(data.toString('latin1'));
    else this.onBinary(client, data);
  }

  private onBinary(client: Connection, data: Buffer): void {
    try {
      if (!client.isOpen) return;
      if (data.byteLength > this.options.maxMessageBytes) {
        client.fail('message_too_large', tooLarge('binary', data.byteLength, this.options.maxMessageBytes));
      } else client.onFrame(data);
    } catch (error) {
      answerFault(client, error);
    }
  }

  private onText(
    client: Connection,
    byType: ReadonlyMap<string, (message: unknown) => unknown>,
    data: Buffer,
  ): Observable<unknown> {
    if (!client.isOpen) return EMPTY;
    if (data.byteLength > this.options.maxTextMessageBytes) {
      client.fail('message_too_large', tooLarge('text', data.byteLength, this.options.maxTextMessageBytes));
      return EMPTY;
    }
    const parsed = parseClientText(data.toString('utf8'));
    if (!parsed.ok) {
      client.fail(parsed.code, parsed.message, parsed.ref === undefined ? {} : { ref: parsed.ref });
      return EMPTY;
    }
    const handle = byType.get(parsed.message.type);
    if (handle === undefined) return EMPTY;
    return from(
      Promise.resolve()
        .then(() => {
          requireMessageRight(client.principal, parsed.message);
          return handle(parsed.message);
        })
        .catch((error: unknown) => answerFault(client, error, parsed.message.ref)),
    );
  }

  private upgrade(server: WebSocketServer, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const foreign = this.foreign.get(pathOf(request));
    const { policy } = this;
    const drop = (): void => void socket.destroy();
    // Nobody else listens while a JWT is verified, and an error that nobody hears would end the process.
    socket.on('error', drop);
    const answer = (admission: Admission): void => {
      if (socket.destroyed) {
        if (admission.ok) admission.seat.free();
        return;
      }
      if (admission.ok) {
        // Of the raw socket: `ws` may still find the handshake faulty, and then makes no WebSocket.
        socket.on('close', admission.seat.free);
        const { door, server: at } = foreign ?? { server, door: undefined };
        this.pace.run(() => {
          if (socket.destroyed) return;
          if (policy.isClosing) {
            // nobody would close it any more
            refuseUpgrade(socket, new RapportError('server_shutdown', 'The service is shutting down.'));
            return;
          }
          at.handleUpgrade(request, socket.off('error', drop), head, (client) => {
            if (door === undefined) server.emit('connection', client, request, admission);
            else door.accept(client, admission, request);
          });
        });
        return;
      }
      const error = this.told(admission.error, foreign?.door.meter ?? this.ownDoor);
      const turnAway = error.code === 'unauthorized' ? foreign?.door.turnAway : undefined;
      if (turnAway !== undefined) {
        foreign!.server.handleUpgrade(request, socket.off('error', drop), head, (client) =>
          turnAway(client, error, request),
        );
      } else if (!admission.afterUpgrade) refuseUpgrade(socket, error);
      else server.handleUpgrade(request, socket.off('error', drop), head, (client) => this.refusePage(client, error));
    };
    const admission = foreign === undefined ? policy.admit(request) : policy.admitForeign(request, foreign.door);
    if (admission instanceof Promise) void admission.then(answer);
    else answer(admission);
  }

  private told(error: unknown, door: DoorMeter): RapportError {
    if (!(error instanceof RapportError)) logFault(error);
    const told = error instanceof RapportError ? error : new RapportError('internal', 'The upgrade failed.');
    this.meter.error(told.code);
    door.refused(told.code);
    return told;
  }

  /** A page reads why it is refused from the socket; no longer than that it stays. */
  private refusePage(socket: WebSocket, error: RapportError): void {
    const cutOff = setTimeout(() => socket.terminate(), this.options.closeTimeoutMs);
    socket.on('error', () => {}).on('close', () => clearTimeout(cutOff));
    answerFault(new Connection(socket, NOBODY, this.options), error);
  }
}

/** Larger messages, and text that is no UTF-8, are answered by `ws`: 1009, 1007. */
function openDoor(door: ForeignDoor): OpenDoor {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: door.maxMessageBytes,
    handleProtocols: (offered) => door.subprotocols.find((name) => offered.has(name)) ?? false,
  });
  return { door, server };
}

function tooLarge(kind: string, bytes: number, max: number): string {
  return `A ${kind} message of ${bytes} bytes is larger than ${max}.`;
}
