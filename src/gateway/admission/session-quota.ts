import { RapportError } from '@rapport-live/protocol';
import type { TenantQuota } from '../../config/access-config';
import { TokenBucket } from './token-bucket';

/** A session ends soon, but nobody knows when. */
const RETRY_AFTER_MS = 1000;
/** Tenants whose starts are remembered; the one that began nothing for longest is forgotten first. */
const MAX_TENANTS = 10_000;

/** How much of the service one tenant's sessions may take. */
export class SessionQuota {
  /** In the order of the last start. */
  private readonly starts = new Map<string, TokenBucket>();

  constructor(
    private readonly quota: TenantQuota,
    /** Ms of a monotonic clock. */
    private readonly now: () => number,
  ) {}

  /** Throws RapportError `quota_exceeded`; nothing is counted. */
  require(tenant: string, liveSessions: number): void {
    const { maxSessions = Infinity, maxStartsPerMinute } = this.quota;
    if (liveSessions >= maxSessions) {
      throw exceeded(`The tenant has all of its ${maxSessions} sessions.`, RETRY_AFTER_MS);
    }
    const waitMs = this.starts.get(tenant)?.waitMs(this.now()) ?? 0;
    if (waitMs > 0) {
      throw exceeded(`The tenant began all of its ${maxStartsPerMinute} sessions of a minute.`, waitMs);
    }
  }

  /** A session of the tenant did begin. */
  begun(tenant: string): void {
    const nowMs = this.now();
    const { maxStartsPerMinute: burst } = this.quota;
    const bucket = this.starts.get(tenant) ?? new TokenBucket({ perSecond: burst / 60, burst }, nowMs);
    if (!this.starts.delete(tenant) && this.starts.size >= MAX_TENANTS) {
      this.starts.delete(this.starts.keys().next().value!);
    }
    this.starts.set(tenant, bucket);
    bucket.take(nowMs);
  }
}

const exceeded = (message: string, retryAfterMs: number): RapportError =>
  new RapportError('quota_exceeded', message, { retryAfterMs });
