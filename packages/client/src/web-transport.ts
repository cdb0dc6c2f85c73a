import { RapportError, SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX } from '@rapport-live/protocol';
import { browser, type SocketLike } from './capture/browser';
import type { OpenTransport } from './transport';

/** `WebSocket.OPEN`. */
const OPEN = 1;
/** No close frame came (RFC 6455, section 7.1.5). */
const ABNORMAL = 1006;

/**
 * Connections of browsers. They see no pings, cannot stop reading, and say nothing of a refused upgrade; a credential goes
 * as a subprotocol (docs/protocol.md, "Browsers").
 */
export const openTransport: OpenTransport = ({ url, apiKey, token }, _timeoutMs, events) => {
  const { WebSocket } = browser();
  if (WebSocket === undefined) throw new RapportError('media_unsupported', 'There is no WebSocket here.');
  if (apiKey !== undefined && token === undefined) {
    throw new RapportError(
      'unauthorized',
      'A page cannot send an API key, and whoever opens it could read it: give `token`.',
    );
  }
  const protocols = token === undefined ? [SUBPROTOCOL] : [SUBPROTOCOL, `${TOKEN_SUBPROTOCOL_PREFIX}${token}`];
  const socket: SocketLike = new WebSocket(url, protocols);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => events.onOpen();
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') events.onText(data);
  };
  socket.onclose = ({ code, reason }) => events.onClose({ status: code, reason });
  return {
    hearsPings: false,
    canPause: false,
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    send: (data) => {
      if (socket.readyState === OPEN) socket.send(data);
    },
    pause: () => {},
    resume: () => {},
    terminate: () => {
      // The closing handshake of a dead connection takes its time: nobody waits for it.
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      queueMicrotask(() => events.onClose({ status: ABNORMAL, reason: '' }));
    },
  };
};
