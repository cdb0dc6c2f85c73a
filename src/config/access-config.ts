import { RapportError } from '@rapport-live/protocol';
import { Origin } from './api-keys-config';
import { safeUrl } from './safe-url';
import { list } from './setting';
import type { Environment } from './settings';

/** How JWTs are verified (RFC 7519, RFC 8725). */
export interface JwtConfig {
  /** Of HS256; else the keys are in `jwks`. */
  readonly secret?: string;
  /** URL or path of a JWK Set (RFC 7517). */
  readonly jwks?: string;
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly tenantClaim: string;
  readonly scopesClaim: string;
  readonly leewayS: number;
}

/** What one tenant may take of the service; absent: all that there is. */
export interface TenantQuota {
  readonly maxSessions?: number;
  readonly maxConnections?: number;
  readonly maxStartsPerMinute: number;
}

/** RFC 8725 section 3.2: what a secret signs with and what a key pair signs with are never mixed; `none` is neither. */
const WITH_SECRET = ['HS256', 'HS384', 'HS512'];
const WITH_KEYS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** RFC 7518 section 3.2: at least the size of the hash. */
const MIN_SECRET_BYTES = 32;

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/** Undefined: JWTs are not taken. Throws RapportError `config_invalid`, which never repeats the secret. */
export function jwtConfig(e: Environment): JwtConfig | undefined {
  const { RAPPORT_JWT_SECRET: secret, RAPPORT_JWT_JWKS: jwks } = e;
  const [issuer, audience] = [e.RAPPORT_JWT_ISSUER, e.RAPPORT_JWT_AUDIENCE];
  if (secret === undefined && jwks === undefined) {
    if (issuer === undefined && audience === undefined) return undefined;
    throw invalid('RAPPORT_JWT_ISSUER or RAPPORT_JWT_AUDIENCE is set without RAPPORT_JWT_SECRET or RAPPORT_JWT_JWKS.');
  }
  if (secret !== undefined && jwks !== undefined) {
    throw invalid('RAPPORT_JWT_SECRET and RAPPORT_JWT_JWKS are both set: use one.');
  }
  if (issuer === undefined) throw invalid('RAPPORT_JWT_ISSUER is empty: JWTs of anybody would be taken.');
  if (audience === undefined) throw invalid('RAPPORT_JWT_AUDIENCE is empty: JWTs for other services would be taken.');
  if (secret !== undefined && Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw invalid(`RAPPORT_JWT_SECRET has ${Buffer.byteLength(secret)} bytes, needs ${MIN_SECRET_BYTES}.`);
  }
  // else the path of a file
  if (jwks !== undefined && /^[a-z]+:\/\//i.test(jwks)) safeUrl('RAPPORT_JWT_JWKS', jwks);
  return {
    ...{ secret, jwks, issuer, audience },
    algorithms: algorithmsOf(e.RAPPORT_JWT_ALGORITHMS, secret !== undefined),
    tenantClaim: e.RAPPORT_JWT_TENANT_CLAIM,
    scopesClaim: e.RAPPORT_JWT_SCOPES_CLAIM,
    leewayS: e.RAPPORT_JWT_LEEWAY_S,
  };
}

function algorithmsOf(given: string, hasSecret: boolean): string[] {
  const possible = hasSecret ? WITH_SECRET : WITH_KEYS;
  const named = list(given);
  if (named.length === 0) return hasSecret ? ['HS256'] : ['RS256', 'ES256'];
  const wrong = named.find((name) => !possible.includes(name));
  if (wrong === undefined) return named;
  const source = hasSecret ? 'RAPPORT_JWT_SECRET' : 'RAPPORT_JWT_JWKS';
  throw invalid(`RAPPORT_JWT_ALGORITHMS has ${JSON.stringify(wrong)}: with ${source} it takes ${possible.join(', ')}.`);
}

/** Undefined: the default of OriginPolicy. */
export function allowedOrigins(given: string): readonly string[] | '*' | undefined {
  const origins = list(given);
  if (origins.length === 0) return undefined;
  if (origins.length === 1 && origins[0] === '*') return '*';
  for (const origin of origins) {
    if (Origin.safeParse(origin).success) continue;
    throw invalid(
      `RAPPORT_ALLOWED_ORIGINS has ${JSON.stringify(origin.slice(0, 64))}: it takes origins as https://desk.example.com, without a path, or * alone.`,
    );
  }
  return origins;
}

export function tenantQuota(e: Environment): TenantQuota {
  return {
    maxSessions: e.RAPPORT_TENANT_MAX_SESSIONS,
    maxConnections: e.RAPPORT_TENANT_MAX_CONNECTIONS,
    maxStartsPerMinute: e.RAPPORT_TENANT_MAX_STARTS,
  };
}

/** Of people's log-ins. Times in ms. */
export interface LoginTimes {
  readonly loginIdleMs: number;
  readonly loginMaxMs: number;
}

export function loginTimes(e: Environment): LoginTimes {
  return { loginIdleMs: e.RAPPORT_LOGIN_IDLE_MINUTES * 60_000, loginMaxMs: e.RAPPORT_LOGIN_MAX_HOURS * 3600_000 };
}

/** Networks as proxy-addr takes them. */
export function trustedProxies(given: string): readonly string[] {
  const proxies = list(given);
  for (const proxy of proxies) {
    if (/^(loopback|linklocal|uniquelocal)$|^[0-9a-f.:]+(\/\d{1,3})?$/i.test(proxy)) continue;
    throw invalid(
      `RAPPORT_TRUST_PROXY has ${JSON.stringify(proxy.slice(0, 64))}: it takes addresses, networks as 10.0.0.0/8, and loopback.`,
    );
  }
  return proxies;
}
