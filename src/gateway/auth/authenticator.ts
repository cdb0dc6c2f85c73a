import { RapportError, SCOPES } from '@rapport-live/protocol';
import { DEVELOPMENT_KEY, DEVELOPMENT_TENANT } from '../../config/config';
import { isLoopback } from '../admission/client-address';
import type { ApiKeys } from './api-keys';
import type { BrowserTokens } from './browser-tokens';
import type { Credential } from './credential';
import { type JwtVerifier, looksLikeJwt } from './jwt';
import { isLoopbackHost } from './origins';
import type { People } from './people/people';
import type { Principal } from './principal';

/** Where a credential was shown from. */
export interface Peer {
  readonly address: string;
  /** Header `Host`. */
  readonly host: string | undefined;
}

export interface AuthenticatorParts {
  readonly keys: ApiKeys;
  readonly tokens: BrowserTokens;
  readonly people: Pick<People, 'principalOf'>;
  /** Undefined: JWTs are not taken. */
  readonly jwt: JwtVerifier | undefined;
  /** Neither keys nor JWTs are configured: the development key holds, on this machine. */
  readonly developmentOnly: boolean;
  /** JWTs that are being verified at once; more are refused with `overloaded`. */
  readonly maxPendingVerifications: number;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
}

const DEVELOPER: Principal = { tenant: DEVELOPMENT_TENANT, id: 'key:development', scopes: new Set(SCOPES) };
const RETRY_AFTER_MS = 1000;

const refused = (sentence: string): RapportError => new RapportError('unauthorized', sentence);

/** Who someone is by what was shown. At once for keys and tokens, so that nothing can come between; JWTs take a while. */
export class Authenticator {
  private pending = 0;

  constructor(private readonly parts: AuthenticatorParts) {}

  /** Throws or rejects with RapportError `unauthorized`, whose sentence repeats nothing of the credential, or `overloaded`. */
  identify(credential: Credential, peer: Peer): Principal | Promise<Principal> {
    const { keys, tokens, people, jwt, developmentOnly, now } = this.parts;
    if (credential.kind === 'none') throw refused('No API key was sent.');
    if (credential.kind === 'token') {
      const found = tokens.find(credential.text);
      if (found === null) throw refused('The token is not known, was used, or has expired.');
      return found;
    }
    if (credential.kind === 'login') return people.principalOf(credential.text);
    const { text } = credential;
    if (developmentOnly && text === DEVELOPMENT_KEY) return developer(peer);
    const found = keys.find(text, now());
    if (found === 'expired') throw refused('The API key has expired.');
    if (found !== null) return found;
    if (jwt === undefined || !looksLikeJwt(text)) throw refused('The API key is not known.');
    return this.verify(jwt, text);
  }

  private async verify(jwt: JwtVerifier, text: string): Promise<Principal> {
    if (this.pending >= this.parts.maxPendingVerifications) {
      throw new RapportError('overloaded', `${this.pending} JWTs are being verified.`, {
        retryAfterMs: RETRY_AFTER_MS,
      });
    }
    this.pending += 1;
    try {
      return await jwt.verify(text);
    } finally {
      this.pending -= 1;
    }
  }
}

/** The key is public, so what counts is the place: a page whose name was made to lead here has another `Host`. */
function developer({ address, host }: Peer): Principal {
  if (isLoopback(address) && isLoopbackHost(host)) return DEVELOPER;
  throw refused('The development key works on the machine of the service alone, as localhost or 127.0.0.1.');
}
