import { type ApiKey, digestOf, sha256Hex } from '../../config/api-keys-config';
import { DEFAULT_SCOPES, type Principal } from './principal';

interface Entry {
  readonly principal: Principal;
  readonly expiresAtMs: number;
}

/** Of a key's SHA-256, in its id: enough to tell keys apart, too little to try guesses of a short key by. */
const ID_DIGITS = 8;

/**
 * Whose key it is. Kept and looked up as SHA-256 only: a digest's time of look-up tells nothing of the key, since nobody
 * can choose the digest of a guess.
 */
export class ApiKeys {
  private readonly byDigest: ReadonlyMap<string, Entry>;

  constructor(keys: readonly ApiKey[]) {
    this.byDigest = new Map(
      keys.map((key) => {
        const { tenant, scopes = DEFAULT_SCOPES, origins, expiresAtMs = Infinity } = key;
        const digest = digestOf(key);
        const id = `key:${digest.slice(0, ID_DIGITS)}`;
        const principal = { tenant, id, scopes: new Set(scopes), ...(origins === undefined ? {} : { origins }) };
        return [digest, { principal, expiresAtMs }];
      }),
    );
  }

  /** Null for a key that is not known; `expired` for one that was. */
  find(key: string, nowMs: number): Principal | 'expired' | null {
    const entry = this.byDigest.get(sha256Hex(key));
    if (entry === undefined) return null;
    return nowMs < entry.expiresAtMs ? entry.principal : 'expired';
  }
}
