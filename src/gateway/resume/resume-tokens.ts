import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Fleet } from './fleet';

/** 256 bits: no more can be guessed than a key can. */
const TOKEN_BYTES = 32;

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Digests of the tokens of one session, as hexadecimal digits: what is kept of them over a restart. */
export interface KeptTokens {
  readonly current: string;
  readonly before?: string;
}

/**
 * The resume token of one session. Each is used up by a resume; the one before stays good until the client has shown that
 * it has the new one, or an answer that got lost with its connection would lose the session. Only digests are kept.
 */
export class ResumeTokens {
  private current: Buffer;
  private before: Buffer | undefined;

  private constructor(
    private readonly fleet: Fleet,
    current: Buffer,
    before?: Buffer,
  ) {
    this.current = current;
    this.before = before;
  }

  /** Of a new session, and its first token. */
  static begin(fleet: Fleet): { readonly tokens: ResumeTokens; readonly token: string } {
    const token = newToken(fleet);
    return { tokens: new ResumeTokens(fleet, digest(token)), token };
  }

  static restore(fleet: Fleet, { current, before }: KeptTokens): ResumeTokens {
    const older = before === undefined ? undefined : Buffer.from(before, 'hex');
    return new ResumeTokens(fleet, Buffer.from(current, 'hex'), older);
  }

  get kept(): KeptTokens {
    const before = this.before?.toString('hex');
    return { current: this.current.toString('hex'), ...(before === undefined ? {} : { before }) };
  }

  /** Compared in constant time. */
  accepts(token: string): boolean {
    const given = digest(token);
    const isCurrent = timingSafeEqual(this.current, given);
    const isBefore = timingSafeEqual(this.before ?? this.current, given);
    return isCurrent || isBefore;
  }

  /** Uses up a token that is accepted; returns the next. */
  renew(used: string): string {
    const given = digest(used);
    const token = newToken(this.fleet);
    if (timingSafeEqual(this.current, given)) this.before = this.current;
    this.current = digest(token);
    return token;
  }

  /** The client has the newest token: no other is good any more. */
  confirm(): void {
    this.before = undefined;
  }
}

function newToken(fleet: Fleet): string {
  return fleet.named(randomBytes(TOKEN_BYTES).toString('base64url'));
}
