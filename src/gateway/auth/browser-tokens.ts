import { randomBytes } from 'node:crypto';
import { RapportError } from '@rapport-live/protocol';
import { sha256Hex } from '../../config/api-keys-config';
import type { Principal } from './principal';

/** Bounds of the tokens that are out. */
export interface BrowserTokenOptions {
  /** Not used and not expired, of all tenants. Default 10,000. */
  readonly maxTokens: number;
  /** Of one tenant. Default 1,000. */
  readonly maxTokensPerTenant: number;
}

interface Issued {
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

export interface FreshToken {
  /** 43 characters of base64url: 256 random bits. */
  readonly token: string;
  readonly expiresAtMs: number;
}

/** Random; only digests are kept, as of API keys. */
const TOKEN_BYTES = 32;

/**
 * Short-lived tokens that each open one connection. They live in this process: another instance behind the same address
 * does not know them.
 */
export class BrowserTokens {
  private readonly issued = new Map<string, Issued>();
  private readonly perTenant = new Map<string, number>();

  constructor(
    private readonly options: BrowserTokenOptions,
    /** Wall clock, ms since 1970. */
    private readonly now: () => number,
  ) {}

  /** Those that are out, expired ones among them until their room is wanted. */
  get count(): number {
    return this.issued.size;
  }

  /** Throws RapportError `quota_exceeded` when the tenant has too many out, `overloaded` when all have. */
  issue(principal: Principal, lifetimeS: number): FreshToken {
    const { maxTokens, maxTokensPerTenant } = this.options;
    const ofTenant = (): number => this.perTenant.get(principal.tenant) ?? 0;
    if (this.issued.size >= maxTokens || ofTenant() >= maxTokensPerTenant) this.dropExpired();
    if (ofTenant() >= maxTokensPerTenant) {
      throw new RapportError('quota_exceeded', `The tenant has ${maxTokensPerTenant} tokens out that were not used.`, {
        retryAfterMs: this.nextExpiryMs(principal.tenant),
      });
    }
    if (this.issued.size >= maxTokens) {
      throw new RapportError('overloaded', `${maxTokens} tokens are out that were not used.`, {
        retryAfterMs: this.nextExpiryMs(),
      });
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const expiresAtMs = this.now() + lifetimeS * 1000;
    this.issued.set(sha256Hex(token), { principal, expiresAtMs });
    this.perTenant.set(principal.tenant, ofTenant() + 1);
    return { token, expiresAtMs };
  }

  /** Null for one that was never issued, was used, or has expired: which of these is nobody's business. */
  find(token: string): Principal | null {
    const found = this.issued.get(sha256Hex(token));
    return found !== undefined && this.now() < found.expiresAtMs ? found.principal : null;
  }

  /** From now on it opens nothing. Idempotent. */
  use(token: string): void {
    this.drop(sha256Hex(token));
  }

  private drop(key: string): void {
    const tenant = this.issued.get(key)?.principal.tenant;
    if (tenant === undefined) return;
    this.issued.delete(key);
    const left = (this.perTenant.get(tenant) ?? 1) - 1;
    if (left === 0) this.perTenant.delete(tenant);
    else this.perTenant.set(tenant, left);
  }

  private dropExpired(): void {
    const nowMs = this.now();
    for (const [key, { expiresAtMs }] of this.issued) if (expiresAtMs <= nowMs) this.drop(key);
  }

  private nextExpiryMs(tenant?: string): number {
    let first = Infinity;
    for (const { principal, expiresAtMs } of this.issued.values()) {
      if (tenant === undefined || principal.tenant === tenant) first = Math.min(first, expiresAtMs);
    }
    return Math.max(1, Math.ceil(first - this.now()));
  }
}
