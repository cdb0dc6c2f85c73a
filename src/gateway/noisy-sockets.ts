import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Doorkeeper } from './auth/doorkeeper';
import type { GatewayOptions } from './gateway-options';

/** What Node answers to a head that it cannot read, unless somebody listens. Any other: 400. */
const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};
/** Its parser's codes, and those of TLS. Not noise: who is too slow, and who went away. */
const NOISE = /^(HPE_|ERR_SSL_)/;

/**
 * Whoever sends bytes that mean nothing costs a parser, an answer and its farewell each time: a core can be kept busy so
 * by one machine. Its next connections are then left unread for a while, so that who waits for an answer waits; whoever else
 * has its address comes in late, and where too many wait, not at all.
 */
export function keepNoiseOut(
  server: Server,
  keeper: Pick<Doorkeeper, 'isNoisy' | 'noiseOf'>,
  { maxHeldSockets, holdNoisyMs }: Pick<GatewayOptions, 'maxHeldSockets' | 'holdNoisyMs'>,
): void {
  // Before HTTP, or TLS, has a parser for it.
  const accepts = server.listeners('connection') as ((socket: Socket) => void)[];
  const accept = (socket: Socket): void => accepts.forEach((one) => one.call(server, socket));
  let held = 0;
  const hold = (socket: Socket): void => {
    if (held >= maxHeldSockets) return void socket.destroy();
    held += 1;
    const ignore = (): void => {};
    const release = (): void => {
      held -= 1;
      clearTimeout(timer);
      socket.off('close', release).off('error', ignore);
      if (!server.listening) socket.destroy();
      if (!socket.destroyed) accept(socket);
    };
    const timer = setTimeout(release, holdNoisyMs).unref();
    socket.on('close', release).on('error', ignore);
  };
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => (keeper.isNoisy(socket) ? hold(socket) : accept(socket)));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const { code = '' } = error;
    if (NOISE.test(code)) keeper.noiseOf(socket);
    // Behind an upgrade nobody comes here: `ws` has the socket.
    if (socket.writable && !('_httpMessage' in socket && socket._httpMessage)) {
      socket.write(`HTTP/1.1 ${STATUS[code] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`, 'latin1');
    }
    socket.destroy(error);
  });
}
