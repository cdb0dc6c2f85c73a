import type { IncomingMessage } from 'node:http';
import { TOKEN_SUBPROTOCOL_PREFIX } from '@rapport-live/protocol';

/** What was shown of oneself, as it came. Never logged, never echoed. */
export type Credential =
  | { readonly kind: 'none' }
  /** An API key or a JWT, in the header. */
  | { readonly kind: 'bearer'; readonly text: string }
  /** A browser token, as a subprotocol. */
  | { readonly kind: 'token'; readonly text: string };

const NONE: Credential = { kind: 'none' };

/** The credential of `Authorization: Bearer TEXT` (RFC 6750 section 2.1). */
export function bearerOf(authorization: string | undefined): Credential {
  const text = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return text === undefined ? NONE : { kind: 'bearer', text };
}

/** The subprotocols that an upgrade offers, in its order. */
export function subprotocolsOf({ headers }: Pick<IncomingMessage, 'headers'>): string[] {
  return (headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Of an upgrade: a browser token where one is offered, since a page that offers one reads its refusal from the socket. */
export function upgradeCredential(request: Pick<IncomingMessage, 'headers'>, offered: readonly string[]): Credential {
  const token = offered.find((name) => name.startsWith(TOKEN_SUBPROTOCOL_PREFIX));
  if (token === undefined) return bearerOf(request.headers.authorization);
  return { kind: 'token', text: token.slice(TOKEN_SUBPROTOCOL_PREFIX.length) };
}
