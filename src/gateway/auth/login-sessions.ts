import { randomBytes } from 'node:crypto';
import { sha256Hex } from '../../config/api-keys-config';
import type { Viewer } from './viewer';

/** Bounds of people's log-ins. Times in ms. */
export interface LoginOptions {
  /** Without a request of it; 0: for as long as it lasts. Default 1 h (NIST SP 800-63B-4, section 2.2.3). */
  readonly loginIdleMs: number;
  /** However much it is used. Default 12 h: a shift. */
  readonly loginMaxMs: number;
  /** Of all people; the one unused for longest ends first. Default 10,000. */
  readonly maxLogins: number;
  /** Of one person, likewise. Default 16. */
  readonly maxLoginsPerUser: number;
}

export interface Login {
  /** Who it was when it began. */
  readonly person: Viewer;
  /** What may end it from outside: it holds while this names the same account and password. Empty: nothing does. */
  readonly stamp: string;
  /** Wall clock, ms since 1970. */
  readonly endsAtMs: number;
  usedAtMs: number;
}

const TOKEN_BYTES = 32;

/**
 * Who is logged in, by the digest of a random token that the browser keeps in a cookie (OWASP Session Management Cheat
 * Sheet). They live in this process, and end with it.
 */
export class LoginSessions {
  /** In the order of use. */
  private readonly byDigest = new Map<string, Login>();

  constructor(
    private readonly options: LoginOptions,
    /** Wall clock, ms since 1970. */
    private readonly now: () => number,
  ) {}

  /** Those not over, and those over that nobody asked for since. */
  get count(): number {
    return this.byDigest.size;
  }

  begin(person: Viewer, stamp = ''): { readonly token: string; readonly login: Login } {
    const { maxLogins, maxLoginsPerUser, loginMaxMs } = this.options;
    const own = [...this.byDigest].filter(
      ([
        ,
        {
          person: { userId },
        },
      ]) => userId === person.userId,
    );
    if (own.length >= maxLoginsPerUser) this.byDigest.delete(own[0]![0]);
    if (this.byDigest.size >= maxLogins) this.byDigest.delete(this.byDigest.keys().next().value!);
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const login = { person, stamp, endsAtMs: this.now() + loginMaxMs, usedAtMs: this.now() };
    this.byDigest.set(sha256Hex(token), login);
    return { token, login };
  }

  /** Uses it. Undefined for one that is over, or never was. */
  use(token: string): Login | undefined {
    const key = sha256Hex(token);
    const login = this.look(key);
    if (login === undefined) return undefined;
    login.usedAtMs = this.now();
    this.byDigest.delete(key);
    this.byDigest.set(key, login);
    return login;
  }

  /** The same without using it: for what goes on by itself, as a stream of events. */
  peek(token: string): Login | undefined {
    return this.look(sha256Hex(token));
  }

  /** Idempotent. */
  end(token: string): void {
    this.byDigest.delete(sha256Hex(token));
  }

  private look(key: string): Login | undefined {
    const login = this.byDigest.get(key);
    if (login === undefined) return undefined;
    const { loginIdleMs } = this.options;
    const nowMs = this.now();
    const isOver = nowMs >= login.endsAtMs || (loginIdleMs > 0 && nowMs >= login.usedAtMs + loginIdleMs);
    if (!isOver) return login;
    this.byDigest.delete(key);
    return undefined;
  }
}
