import type { ErrorCode } from '@rapport-live/protocol';
import type { GatewayOptions } from './gateway-options';
import type { LineProbe } from './line-probe';

/** What is watched of a WebSocket; `ws` sockets fit. */
export interface WatchedSocket {
  ping(payload?: string): void;
  terminate(): void;
  on(event: 'message', listener: () => void): unknown;
  on(event: 'pong', listener: () => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** Whose socket it is. */
export interface KeptLine {
  readonly isOpen: boolean;
  readonly probe: LineProbe;
  fail(code: ErrorCode, message: string): void;
}

/** Pings, and closes whoever has been silent for too long; one timer a connection, on its next deadline. */
export function keepAlive(
  socket: WatchedSocket,
  line: KeptLine,
  { pingIntervalMs, idleTimeoutMs }: Pick<GatewayOptions, 'pingIntervalMs' | 'idleTimeoutMs'>,
): void {
  let lastHeardMs = performance.now();
  let timer: NodeJS.Timeout;
  const heard = (): void => void (lastHeardMs = performance.now());
  const said = (): void => {
    heard();
    line.probe.heard();
  };
  const tick = (): void => {
    if (performance.now() - lastHeardMs >= idleTimeoutMs) {
      line.fail('session_timeout', `Nothing was heard for ${idleTimeoutMs} ms.`);
      socket.terminate();
      return;
    }
    if (line.isOpen) socket.ping();
    timer = setTimeout(tick, pingIntervalMs);
  };
  timer = setTimeout(tick, pingIntervalMs);
  socket.on('message', said);
  socket.on('pong', heard);
  socket.on('close', () => {
    clearTimeout(timer);
    line.probe.close();
  });
}
