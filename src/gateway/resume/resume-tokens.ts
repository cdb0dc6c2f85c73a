import { createHash, timingSafeEqual } from 'node:crypto';
import type { Fleet } from './fleet';
import { CHAIN_TOKENS, newToken, tokenBefore, TokenChain } from './token-chain';

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
  /** That of the newest token; undefined: it is of none. */
  private chained: TokenChain | undefined;

  private constructor(
    private readonly fleet: Fleet,
    current: Buffer,
    before?: Buffer,
    /** What was kept may be older than the token that the client has. */
    private mayBeBehind = false,
  ) {
    this.current = current;
    this.before = before;
  }

  /** Of a new session, and its first token. Most sessions need no second one: so it is of no chain. */
  static begin(fleet: Fleet): { readonly tokens: ResumeTokens; readonly token: string } {
    const token = newToken(fleet);
    return { tokens: new ResumeTokens(fleet, digest(token)), token };
  }

  static restore(fleet: Fleet, { current, before }: KeptTokens): ResumeTokens {
    const older = before === undefined ? undefined : Buffer.from(before, 'hex');
    return new ResumeTokens(fleet, Buffer.from(current, 'hex'), older, true);
  }

  get kept(): KeptTokens {
    const before = this.before?.toString('hex');
    return { current: this.current.toString('hex'), ...(before === undefined ? {} : { before }) };
  }

  get chain(): TokenChain | undefined {
    return this.chained;
  }

  /** Compared in constant time. */
  accepts(token: string): boolean {
    const given = digest(token);
    const isCurrent = timingSafeEqual(this.current, given);
    const isBefore = timingSafeEqual(this.before ?? this.current, given);
    return isCurrent || isBefore || (this.mayBeBehind && this.isNewer(token));
  }

  /** Uses up a token that is accepted; returns the next. */
  renew(used: string): string {
    const given = digest(used);
    if (this.before === undefined || !timingSafeEqual(this.before, given)) this.before = given;
    const token = this.chained?.next() ?? this.beginChain();
    this.current = digest(token);
    this.mayBeBehind = false;
    return token;
  }

  /** The client has the newest token: no other is good any more. */
  confirm(): void {
    this.before = undefined;
  }

  private beginChain(): string {
    this.chained = new TokenChain(this.fleet);
    return this.chained.next()!;
  }

  /** Of the chain of the newest that was kept, and given behind it. */
  private isNewer(token: string): boolean {
    let older = token;
    for (let steps = 1; steps < CHAIN_TOKENS; steps += 1) {
      older = tokenBefore(older);
      if (timingSafeEqual(this.current, digest(older))) return true;
    }
    return false;
  }
}
