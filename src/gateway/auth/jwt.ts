import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { RapportError, SCOPES, type Scope } from '@rapport-live/protocol';
import type * as JoseModule from 'jose' with { 'resolution-mode': 'import' };
import type { JwtConfig } from '../../config/access-config';
import { TENANT } from '../../config/api-keys-config';
import { DEFAULT_JWKS_FETCH, jwksFetch } from './jwks-fetch';
import type { Principal } from './principal';

/** The one file that knows jose, an ES module: JSON Web Tokens (RFC 7519) as RFC 8725 wants them verified. */
type Jose = typeof JoseModule;
type Verify = (token: string) => Promise<JoseModule.JWTPayload>;

/** Of fetched keys, ms: how long they serve, how soon an unknown key makes us ask again, how long an answer may take. */
const REMOTE = { cacheMaxAge: 10 * 60_000, cooldownDuration: 30_000, timeoutDuration: 5_000 };
/** Longer ones are not looked at: the headers of a request hold 16 KiB in all. */
const MAX_TOKEN_CHARACTERS = 8_192;
/** Of a subject in an id, characters: OpenID Connect Core 1.0, section 2, allows 255. */
const MAX_SUBJECT = 255;
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Whether a bearer's text could be a JWT at all: three parts of base64url. */
export const looksLikeJwt = (text: string): boolean => text.length <= MAX_TOKEN_CHARACTERS && SHAPE.test(text);

export class JwtVerifier {
  private constructor(
    private readonly config: JwtConfig,
    private readonly verifySigned: Verify,
  ) {}

  /** Rejects with RapportError `config_invalid` when the key file cannot be used; a URL is asked at the first token. */
  static async open(config: JwtConfig, now: () => number): Promise<JwtVerifier> {
    const jose = await import('jose');
    const { issuer, audience, algorithms, leewayS, tenantClaim } = config;
    const options = () => ({
      ...{ issuer, audience, algorithms: [...algorithms], clockTolerance: leewayS },
      requiredClaims: ['exp', tenantClaim],
      currentDate: new Date(now()),
    });
    const { secret, jwks = '' } = config;
    if (secret !== undefined) {
      const key = createSecretKey(Buffer.from(secret, 'utf8'));
      return new JwtVerifier(config, async (token) => (await jose.jwtVerify(token, key, options())).payload);
    }
    const keys = /^https?:\/\//i.test(jwks) ? remoteKeys(jose, jwks, now) : fileKeys(jose, jwks);
    return new JwtVerifier(config, async (token) => (await jose.jwtVerify(token, keys, options())).payload);
  }

  /** Rejects with RapportError `unauthorized`, which repeats nothing of the token, or `overloaded` without keys. */
  async verify(token: string): Promise<Principal> {
    let claims: JoseModule.JWTPayload;
    try {
      claims = await this.verifySigned(token);
    } catch (error) {
      throw asRefusal(error);
    }
    const tenant = claims[this.config.tenantClaim];
    if (typeof tenant !== 'string' || !TENANT.test(tenant)) {
      throw new RapportError('unauthorized', `The claim "${this.config.tenantClaim}" of the JWT names no tenant.`);
    }
    return { tenant, ...idOf(claims.sub), scopes: scopesOf(claims[this.config.scopesClaim]) };
  }
}

/** Of whom the issuer says it is. */
function idOf(subject: unknown): { id: string } {
  return { id: typeof subject === 'string' && subject !== '' ? `jwt:${subject.slice(0, MAX_SUBJECT)}` : 'jwt' };
}

/** A list, or text with spaces (RFC 8693 section 4.2). Scopes of other services are none here. */
function scopesOf(claim: unknown): ReadonlySet<Scope> {
  const names: readonly unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return new Set(SCOPES.filter((scope) => names.includes(scope)));
}

function remoteKeys(jose: Jose, url: string, now: () => number): JoseModule.JWTVerifyGetKey {
  return jose.createRemoteJWKSet(new URL(url), { ...REMOTE, [jose.customFetch]: jwksFetch(DEFAULT_JWKS_FETCH, now) });
}

function fileKeys(jose: Jose, path: string): JoseModule.JWTVerifyGetKey {
  const invalid = (what: string) => new RapportError('config_invalid', `RAPPORT_JWT_JWKS: ${what}.`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(`the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    const set = JSON.parse(text) as { keys: { d?: unknown; k?: unknown }[] };
    if (set.keys.some(({ d, k }) => d !== undefined || k !== undefined)) throw invalid('the file has a private key');
    return jose.createLocalJWKSet(set as Parameters<Jose['createLocalJWKSet']>[0]);
  } catch (error) {
    throw error instanceof RapportError ? error : invalid('the file has no JWK Set');
  }
}

/** By jose's code; what it says of the token itself is not repeated. */
function asRefusal(error: unknown): RapportError {
  if (error instanceof RapportError) return error;
  const { code, claim } = error as { code?: string; claim?: string };
  const refused = (sentence: string): RapportError => new RapportError('unauthorized', sentence);
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return refused('The JWT has expired.');
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return refused(`The claim "${claim}" of the JWT is missing or not accepted here.`);
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return refused('The JWT is signed by an algorithm that is not allowed here.');
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return refused('The signature of the JWT is wrong.');
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return refused('The JWT is signed with a key that is not known here.');
    case 'ERR_JWKS_INVALID':
      return refused('The keys of the issuer of JWTs cannot be used.');
    default:
      return refused('The JWT cannot be read.');
  }
}
