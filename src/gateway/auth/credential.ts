import type { IncomingMessage } from 'node:http';
import { TOKEN_SUBPROTOCOL_PREFIX } from '@rapport-live/protocol';
import { cookieOf, loginCookieName } from './login-cookie';

/** What was shown of oneself, as it came. Never logged, never echoed. */
export type Credential =
  | { readonly kind: 'none' }
  /** An API key or a JWT, in the header. */
  | { readonly kind: 'bearer'; readonly text: string }
  /** A browser token, as a subprotocol. */
  | { readonly kind: 'token'; readonly text: string }
  /** Of somebody who logged in, as a cookie. */
  | { readonly kind: 'login'; readonly text: string };

const NONE: Credential = { kind: 'none' };

/** The credential of `Authorization: Bearer TEXT` (RFC 6750 section 2.1). */
export function bearerOf(authorization: string | undefined): Credential {
  const text = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return text === undefined ? NONE : { kind: 'bearer', text };
}

/** Of a request: the header where there is one, else the cookie of a log-in. */
export function requestCredential({ headers }: Pick<IncomingMessage, 'headers'>, isSecure: boolean): Credential {
  if (headers.authorization !== undefined) return bearerOf(headers.authorization);
  const text = cookieOf(headers.cookie, loginCookieName(isSecure));
  return text === undefined ? NONE : { kind: 'login', text };
}

/**
 * An API key as foreign clients can show it: as a bearer, or as the password of `Authorization: Basic` (RFC 7617, section 2),
 * whose user name is free.
 */
export function keyOf(authorization: string | undefined): string | undefined {
  const bearer = bearerOf(authorization);
  if (bearer.kind === 'bearer') return bearer.text;
  const basic = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  if (basic === undefined) return undefined;
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : undefined;
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
