import { type AddressInfo, createServer, isIPv4, type Server, type Socket } from 'node:net';
import { type ErrorCode, RapportError } from '@rapport-live/protocol';
import type { AudioSocketConfig } from '../../config/doors-config';
import type { Seats } from '../../gateway/admission/seats';
import type { Doorkeeper } from '../../gateway/auth/doorkeeper';
import type { Principal } from '../../gateway/auth/principal';
import type { GatewayOptions } from '../../gateway/gateway-options';
import type { DoorCalls } from '../door-calls';
import type { CallLine } from '../door-line';
import { AudioSocketCall } from './audio-socket-call';
import { AUDIO_SOCKET, encodeFrame, FrameCutter } from './audio-socket-frames';

/** Codes of our own in a frame of type 0xff; Asterisk's are below 0x10. */
export const AUDIO_SOCKET_ERRORS = { protocol: 0x10, capacity: 0x11, refused: 0x12, timeout: 0x13, internal: 0x14 };

const CODE_OF: Partial<Readonly<Record<ErrorCode, number>>> = {
  too_many_sessions: AUDIO_SOCKET_ERRORS.capacity,
  quota_exceeded: AUDIO_SOCKET_ERRORS.capacity,
  rate_limited: AUDIO_SOCKET_ERRORS.capacity,
  overloaded: AUDIO_SOCKET_ERRORS.capacity,
  server_shutdown: AUDIO_SOCKET_ERRORS.capacity,
  forbidden: AUDIO_SOCKET_ERRORS.refused,
  session_timeout: AUDIO_SOCKET_ERRORS.timeout,
  internal: AUDIO_SOCKET_ERRORS.internal,
};

export interface AudioSocketParts {
  readonly calls: DoorCalls;
  readonly seats: Pick<Seats, 'take'>;
  readonly doorkeeper: Pick<Doorkeeper, 'knock'>;
  readonly options: Pick<GatewayOptions, 'startTimeoutMs' | 'idleTimeoutMs' | 'closeTimeoutMs' | 'maxSockets'>;
  readonly onFault: (error: RapportError) => void;
  readonly onOwnFault: (error: unknown) => void;
}

/**
 * Asterisk's AudioSocket: a TCP port of its own. The protocol has neither keys nor encryption: who may connect is said by
 * address, and all its calls are one tenant's.
 */
export class AudioSocketServer {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly principal: Principal;

  constructor(
    private readonly config: AudioSocketConfig,
    private readonly parts: AudioSocketParts,
  ) {
    this.principal = { tenant: config.tenant, scopes: new Set(['ingest']) };
    this.server = createServer({ noDelay: true }, (socket) => this.accept(socket));
    this.server.maxConnections = parts.options.maxSockets;
  }

  /** The port. Rejects with RapportError `port_in_use` or `config_invalid`. */
  async listen(): Promise<number> {
    const { port, host } = this.config;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          cause.code === 'EADDRINUSE'
            ? new RapportError('port_in_use', `RAPPORT_AUDIOSOCKET_PORT ${port} on ${host} is in use.`, { cause })
            : new RapportError('config_invalid', `RAPPORT_AUDIOSOCKET_HOST ${host} cannot be used (${cause.code}).`, {
                cause,
              }),
        ),
      );
      this.server.listen(port, host, resolve);
    });
    return this.port;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** No new calls; those that are left are cut off after a while. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) this.sendLast(socket, encodeFrame(AUDIO_SOCKET.hangup));
    await closed;
  }

  private accept(socket: Socket): void {
    const { calls, seats, doorkeeper, options, onFault, onOwnFault } = this.parts;
    this.sockets.add(socket);
    let call: AudioSocketCall | undefined;
    let closeCode: ErrorCode | undefined;
    let isClosing = false;
    const close = (last: Buffer): void => {
      if (isClosing) return;
      isClosing = true;
      this.sendLast(socket, last);
    };
    const fail = (error: unknown): void => {
      if (isClosing) return;
      if (!(error instanceof RapportError)) onOwnFault(error);
      const told = error instanceof RapportError ? error : new RapportError('internal', 'The service failed.');
      closeCode = told.code;
      onFault(told);
      const code = CODE_OF[told.code] ?? AUDIO_SOCKET_ERRORS.protocol;
      close(Buffer.concat([encodeFrame(AUDIO_SOCKET.error, Uint8Array.of(code)), encodeFrame(AUDIO_SOCKET.hangup)]));
      call?.gone(false);
    };
    let free = (): void => {};
    const { startTimeoutMs, idleTimeoutMs } = options;
    const late = (): void => fail(new RapportError('session_timeout', `No sound came within ${startTimeoutMs} ms.`));
    const timer = setTimeout(late, startTimeoutMs);
    // An end of the peer's is a hang-up; an error, or an end inside a frame, is a lost connection.
    let hasEnded = false;
    const cutter = new FrameCutter();
    socket.on('end', () => (hasEnded = !cutter.isInside));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      clearTimeout(timer);
      free();
      call?.gone(hasEnded);
    });
    try {
      const address = socket.remoteAddress ?? '';
      doorkeeper.knock(address);
      this.requireAllowed(address);
      const seat = seats.take(this.principal.tenant, address);
      free = seat.free;
      const line: CallLine = {
        principal: this.principal,
        onStarted: () => {
          clearTimeout(timer);
          seat.started();
        },
        get closeCode() {
          return closeCode;
        },
      };
      call = new AudioSocketCall(line, calls, this.config.party, {
        close: () => close(encodeFrame(AUDIO_SOCKET.hangup)),
        fail,
      });
    } catch (error) {
      return fail(error);
    }
    socket.setTimeout(idleTimeoutMs, () =>
      fail(new RapportError('session_timeout', `Nothing was heard for ${idleTimeoutMs} ms.`)),
    );
    const heard = call;
    socket.on('data', (chunk: Buffer) => {
      if (isClosing) return;
      try {
        for (const frame of cutter.cut(chunk)) heard.frame(frame);
      } catch (error) {
        fail(error);
      }
    });
  }

  private requireAllowed(address: string): void {
    const ipv4 = address.replace(/^::ffff:/i, '');
    const isAllowed = isIPv4(ipv4) ? this.config.allow.check(ipv4) : this.config.allow.check(address, 'ipv6');
    if (!isAllowed) throw new RapportError('forbidden', 'The address is none of RAPPORT_AUDIOSOCKET_ALLOW.');
  }

  /** Who does not read it is cut off. */
  private sendLast(socket: Socket, bytes: Buffer): void {
    socket.end(bytes);
    setTimeout(() => socket.destroy(), this.parts.options.closeTimeoutMs).unref();
  }
}
