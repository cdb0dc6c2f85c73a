/**
 * The cookie of a log-in (RFC 6265bis): no script reads it, no other site sends it. Over TLS its prefix has browsers keep it
 * to this host (section 4.1.3.2); in the clear, which is for this machine, it cannot have it.
 */
const NAME = { secure: '__Host-rapport', clear: 'rapport_login' } as const;
/** Longer ones are none of ours. */
const MAX_TOKEN_CHARACTERS = 64;

export const loginCookieName = (isSecure: boolean): string => (isSecure ? NAME.secure : NAME.clear);

/** The value of the first cookie of this name in `Cookie`; undefined without one, and for an empty one. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    return value === '' || value.length > MAX_TOKEN_CHARACTERS ? undefined : value;
  }
  return undefined;
}

/** A `Set-Cookie` that keeps the token for so long; without a token one that takes it away. */
export function setLoginCookie(isSecure: boolean, token = '', maxAgeS = 0): string {
  const parts = [
    `${loginCookieName(isSecure)}=${token}`,
    'Path=/',
    `Max-Age=${maxAgeS}`,
    'HttpOnly',
    'SameSite=Strict',
  ];
  return [...parts, ...(isSecure ? ['Secure'] : [])].join('; ');
}
