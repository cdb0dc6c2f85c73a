import { SUBPROTOCOL } from '../packages/protocol/dist/index.js';

/** The opening handshake of a WebSocket (RFC 6455, 4.1) as bytes on the line, with a key of our door. */
export const upgradeRequest = (key) =>
  [
    'GET /v1/stream HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
    `Authorization: Bearer ${key}`,
    '\r\n',
  ].join('\r\n');
