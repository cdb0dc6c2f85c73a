import { RapportError, SCOPES, type Scope } from '@rapport-live/protocol';
import type { Viewer } from './viewer';

/** Who a connection or a request is from, as far as it was proved, and what it may do. */
export interface Principal {
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
  /** For the audit trail: `key:DIGITS`, the first of the key's SHA-256, or `jwt:SUBJECT`. */
  readonly id?: string;
  /** A person who logged in; absent: a key, a JWT or a token. */
  readonly person?: Viewer;
  /** Of a browser token for one session: no other may be observed. */
  readonly sessionId?: string;
  /** Origins of browsers that it may be shown from; absent: those that the service allows. */
  readonly origins?: readonly string[];
}

/** Every scope but `admin`: what a key is for that does not say. */
export const DEFAULT_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== 'admin');

/** Throws RapportError `forbidden` when it has none of the scopes. `what` begins the sentence: `PUT /v1/intents/:name`. */
export function requireScope({ scopes }: Pick<Principal, 'scopes'>, wanted: readonly Scope[], what: string): void {
  if (wanted.some((scope) => scopes.has(scope))) return;
  const has = scopes.size === 0 ? 'none' : [...scopes].join(', ');
  throw new RapportError('forbidden', `${what} needs the scope ${wanted.join(' or ')}; the key or token has ${has}.`);
}
