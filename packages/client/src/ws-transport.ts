import type { Socket } from 'node:net';
import { SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@rapport-live/protocol';
import { WebSocket } from 'ws';
import type { OpenTransport } from './transport';
import { upgradeError } from './upgrade-error';

/** Connections of Node, by `ws`: the one file of the client that knows the library. */
export const openTransport: OpenTransport = ({ url, apiKey, token, traceparent }, timeoutMs, events) => {
  const protocols = token === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}${token}`];
  const socket = new WebSocket(url, protocols, {
    headers: {
      ...(apiKey === undefined || token !== undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      ...(traceparent === undefined ? {} : { traceparent }),
    },
    handshakeTimeout: timeoutMs,
  });
  let error: Error | undefined;
  let line: Socket | undefined;
  socket.on('upgrade', (response) => (line = response.socket));
  socket.on('unexpected-response', (_request, response) => {
    void upgradeError(response).then((refusal) => {
      error = refusal;
      socket.terminate();
    });
  });
  socket.on('error', (fault) => (error ??= fault));
  socket.on('open', () => events.onOpen());
  socket.on('message', (data, binary) => {
    if (!binary) events.onText((data as Buffer).toString('utf8'));
  });
  socket.on('ping', () => events.onHeard());
  socket.on('pong', () => events.onHeard());
  socket.on('close', (status, reason) => events.onClose({ status, reason: reason.toString(), error }));
  return {
    hearsPings: true,
    canPause: true,
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (data) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (line !== undefined) gather(line);
      socket.send(data);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    terminate: () => socket.terminate(),
  };
};

/**
 * What is sent in one turn of the event loop leaves in one write: the frames of several streams that are due together are
 * one packet, for which the service wakes up once.
 */
function gather(line: Socket): void {
  if (line.writableCorked > 0) return;
  line.cork();
  setImmediate(() => line.uncork());
}
