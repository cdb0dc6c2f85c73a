import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RapportError } from '@rapport-live/protocol';
import type { ApiKey } from '../config/config';

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
export const isLoopback = (address: string | undefined): boolean => LOOPBACK.test(address ?? '');

/** Who a key belongs to. Keys are compared as digests in constant time and kept only so. */
export class ApiKeys {
  private readonly entries: readonly { readonly tenant: string; readonly digest: Buffer }[];

  constructor(
    keys: readonly ApiKey[],
    private readonly development: ApiKey,
  ) {
    this.entries = (keys.length === 0 ? [development] : keys).map((k) => ({ tenant: k.tenant, digest: digest(k.key) }));
    this.developmentOnly = keys.length === 0;
  }

  /** No keys are configured: the development key works, from loopback. */
  readonly developmentOnly: boolean;

  /** The tenant, or null for a key that is wrong, missing, or the development key from elsewhere. */
  tenantOf(key: string | undefined, remoteAddress: string | undefined): string | null {
    if (key === undefined) return null;
    if (this.developmentOnly && !isLoopback(remoteAddress)) return null;
    const given = digest(key);
    let tenant: string | null = null;
    for (const entry of this.entries) if (timingSafeEqual(entry.digest, given)) tenant = entry.tenant;
    return tenant;
  }
}

/** The key of `Authorization: Bearer KEY` (RFC 6750 section 2.1), or undefined. */
export function bearerKey(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** Whose request or upgrade it is; throws RapportError `unauthorized`. */
export function requireTenant(keys: ApiKeys, request: IncomingMessage): string {
  const key = bearerKey(request.headers.authorization);
  const tenant = keys.tenantOf(key, request.socket.remoteAddress);
  if (tenant !== null) return tenant;
  throw new RapportError('unauthorized', key === undefined ? 'No API key was sent.' : 'The API key is not known.');
}
