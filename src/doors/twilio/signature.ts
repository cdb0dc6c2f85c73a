import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * `X-Twilio-Signature` of a WebSocket upgrade: base64 of HMAC-SHA1 over the URL, with the account's auth token (Twilio,
 * "Webhooks security"). An upgrade is a GET without parameters, so the URL is all that is signed.
 */
export const signatureOf = (authToken: string, url: string): string =>
  createHmac('sha1', authToken).update(url, 'utf8').digest('base64');

/**
 * The forms in which Twilio may have signed an address: with and without the scheme's own port, as its validators allow for,
 * and with and without a slash at the end.
 */
export function signedForms(url: string): string[] {
  const bare = url.endsWith('/') ? url.slice(0, -1) : url;
  const [, scheme, host, port, rest] = /^(wss?:\/\/)([^/:]+|\[[^\]]*\])(:\d+)?(\/.*)?$/i.exec(bare) ?? [];
  if (scheme === undefined) return [url];
  const own = scheme.toLowerCase() === 'wss://' ? ':443' : ':80';
  const ports = port === undefined || port === own ? ['', own] : [port];
  return ports.flatMap((one) => [`${scheme}${host}${one}${rest ?? ''}`, `${scheme}${host}${one}${rest ?? ''}/`]);
}

/** Compared in constant time. */
export function isSigned(authToken: string, forms: readonly string[], given: string): boolean {
  const shown = Buffer.from(given, 'utf8');
  let found = false;
  for (const form of forms) {
    const expected = Buffer.from(signatureOf(authToken, form), 'utf8');
    if (expected.length === shown.length && timingSafeEqual(expected, shown)) found = true;
  }
  return found;
}
