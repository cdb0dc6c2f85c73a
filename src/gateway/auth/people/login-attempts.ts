import { RapportError } from '@rapport-live/protocol';
import { sha256Hex } from '../../../config/api-keys-config';
import { type Rate, TokenBucket } from '../../admission/token-bucket';

/** How often somebody may try to log in to one account, from wherever. */
export interface LoginAttemptOptions {
  /** Default 10 at once, then one every 30 s: 2,890 guesses a day at most (NIST SP 800-63B-4, section 3.2.2). */
  readonly attempts: Rate;
  /** Accounts remembered, also those that are not there; the one not tried for longest is forgotten first. Default 10,000. */
  readonly maxAccounts: number;
}
export const DEFAULT_LOGIN_ATTEMPTS: LoginAttemptOptions = {
  attempts: { perSecond: 1 / 30, burst: 10 },
  maxAccounts: 10_000,
};

/** Guesses of one account's password, counted before they are looked at: those that come at once count too. */
export class LoginAttempts {
  /** By the digest of the name, in the order of the last attempt. */
  private readonly accounts = new Map<string, TokenBucket>();

  constructor(
    private readonly options: LoginAttemptOptions,
    /** Ms of a monotonic clock. */
    private readonly now: () => number,
  ) {}

  /** Throws RapportError `rate_limited`. */
  begin(account: string): void {
    const [key, nowMs] = [sha256Hex(account), this.now()];
    const { attempts, maxAccounts } = this.options;
    const bucket = this.accounts.get(key) ?? new TokenBucket(attempts, nowMs);
    this.accounts.delete(key);
    if (this.accounts.size >= maxAccounts) this.accounts.delete(this.accounts.keys().next().value!);
    this.accounts.set(key, bucket);
    const retryAfterMs = bucket.waitMs(nowMs);
    if (retryAfterMs > 0) {
      throw new RapportError('rate_limited', 'Too many attempts to log in to this account failed.', { retryAfterMs });
    }
    bucket.take(nowMs);
  }

  succeeded(account: string): void {
    this.accounts.delete(sha256Hex(account));
  }
}
