import { createHash, randomBytes } from 'node:crypto';
import type { Fleet } from './fleet';

/** 256 bits: no more can be guessed than a key can. */
const TOKEN_BYTES = 32;
/** Tokens of one chain. Whoever comes back that often within one of them waits for the disk once. */
export const CHAIN_TOKENS = 16;

/** A token of its own. */
export const newToken = (fleet: Fleet): string => fleet.named(randomBytes(TOKEN_BYTES).toString('base64url'));

/**
 * The token that was given before this one, if both are of one chain. As with one-time passwords (Lamport, CACM 24:11, 1981):
 * who has a token can work out those before it, and none behind it.
 */
export function tokenBefore(token: string): string {
  const at = token.lastIndexOf('.') + 1; // behind the name of the gateway
  return (
    token.slice(0, at) +
    createHash('sha256')
      .update(`before ${token.slice(at)}`)
      .digest('base64url')
  );
}

/**
 * Resume tokens that follow from one another, made from the last one. Of each it can be told that it comes behind another, by whoever
 * has the digest of that one: so what is on disk need not change with every token.
 */
export class TokenChain {
  /** A process that finds what is on disk takes every token of the chain that was given since. */
  isKept = false;
  /** The next one last. */
  readonly #left: string[];

  constructor(fleet: Fleet) {
    this.#left = [newToken(fleet)];
    while (this.#left.length < CHAIN_TOKENS) this.#left.push(tokenBefore(this.#left.at(-1)!));
  }

  /** Undefined: there are no more. */
  next(): string | undefined {
    return this.#left.pop();
  }
}
