import { createHmac, type KeyObject, sign } from 'node:crypto';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWT made by hand (RFC 7515), so that wrong ones can be made as well as right ones. */
export function makeJwt(header: { alg: string; kid?: string }, claims: object, key?: string | KeyObject): string {
  const signed = `${part({ typ: 'JWT', ...header })}.${part(claims)}`;
  return `${signed}.${signature(header.alg, signed, key).toString('base64url')}`;
}

function signature(alg: string, signed: string, key: string | KeyObject | undefined): Buffer {
  if (key === undefined) return Buffer.alloc(0);
  const hash = `sha${alg.slice(2)}`;
  if (typeof key === 'string') return createHmac(hash, key).update(signed).digest();
  return sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
}
