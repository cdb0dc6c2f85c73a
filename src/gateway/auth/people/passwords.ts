import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { RapportError } from '@rapport-live/protocol';

/** The one file that knows argon2: argon2id (RFC 9106) with the parameters of OWASP's Password Storage Cheat Sheet. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }; // KiB, passes, lanes

/** NIST SP 800-63B-4, section 3.1.1.2: the least for a password that stands alone, and no rules of what is in it. */
export const MIN_PASSWORD_CHARACTERS = 15;
export const MAX_PASSWORD_CHARACTERS = 256;

/** Of passwords that are made: 24 characters, 144 random bits. */
const MADE_BYTES = 18;
export const makePassword = (): string => randomBytes(MADE_BYTES).toString('base64url');

/** The same for the same keys, however they were typed (section 3.1.1.2: NFKC). */
const normal = (password: string): string => password.normalize('NFKC');

export const hashPassword = (password: string): Promise<string> => hash(normal(password), COST);

export interface PasswordOptions {
  /** Verified at once, each in 19 MiB and about 40 ms of a thread. Default 2. */
  readonly maxVerifying: number;
  /** That wait for it; more are refused with `overloaded`. Default 64. */
  readonly maxWaiting: number;
}
export const DEFAULT_PASSWORDS: PasswordOptions = { maxVerifying: 2, maxWaiting: 64 };
const RETRY_AFTER_MS = 1_000;

/** Verifies passwords, a bounded number at once, and takes as long for an account that is not there. */
export class Passwords {
  private verifying = 0;
  private readonly waiting: (() => void)[] = [];

  private constructor(
    private readonly options: PasswordOptions,
    /** Of a password that nobody has. */
    private readonly nobodys: string,
  ) {}

  static async open(options: PasswordOptions = DEFAULT_PASSWORDS): Promise<Passwords> {
    return new Passwords(options, await hashPassword(makePassword()));
  }

  /** `hashed` undefined: there is no such account. Rejects with RapportError `overloaded`. */
  async isRight(password: string, hashed: string | undefined): Promise<boolean> {
    await this.turn();
    try {
      const isRight = await verify(hashed ?? this.nobodys, normal(password));
      return isRight && hashed !== undefined;
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.verifying -= 1;
      else next();
    }
  }

  /** A turn is handed on: `verifying` counts it all the while. */
  private async turn(): Promise<void> {
    const { maxVerifying, maxWaiting } = this.options;
    if (this.verifying < maxVerifying) {
      this.verifying += 1;
      return;
    }
    if (this.waiting.length >= maxWaiting) {
      throw new RapportError('overloaded', `${maxWaiting} passwords wait to be verified.`, {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
