import { z } from 'zod';
import { OPENID_SETTINGS } from './open-id-settings';
import { integer, optional, optionalInteger, type Setting, text } from './setting';

const maybe = z.preprocess(optional, z.string().optional());

/** Who may come in and how much of the service a tenant gets; docs/security.md shows them. */
export const ACCESS_SETTINGS = {
  RAPPORT_API_KEYS_FILE: {
    schema: maybe,
    shownDefault: '',
    purpose: 'JSON file with more keys: hash, scopes, origins and expiry of each',
  },
  RAPPORT_KEY: {
    schema: maybe,
    shownDefault: '',
    purpose: 'key that commands of this machine show; empty: one of RAPPORT_API_KEYS that stands there in the clear',
    secret: 'VALUE',
  },
  RAPPORT_JWT_SECRET: {
    schema: maybe,
    shownDefault: '',
    purpose: 'secret of JWTs (HS256), 32 characters or more; empty: none',
    secret: 'VALUE',
  },
  RAPPORT_JWT_JWKS: {
    schema: maybe,
    shownDefault: '',
    purpose: 'instead: URL (https) or file of the keys that JWTs are signed with',
  },
  RAPPORT_JWT_ISSUER: { schema: maybe, shownDefault: '', purpose: '`iss` of JWTs; required with them' },
  RAPPORT_JWT_AUDIENCE: { schema: maybe, shownDefault: '', purpose: '`aud` of JWTs; required with them' },
  RAPPORT_JWT_ALGORITHMS: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose: 'of signatures; empty: HS256 with a secret, RS256,ES256 with a JWKS',
  },
  RAPPORT_JWT_TENANT_CLAIM: { schema: text('tenant'), shownDefault: 'tenant', purpose: 'claim that names the tenant' },
  RAPPORT_JWT_SCOPES_CLAIM: {
    schema: text('scope'),
    shownDefault: 'scope',
    purpose: 'claim with the scopes, as a list or separated by spaces',
  },
  RAPPORT_JWT_LEEWAY_S: {
    schema: integer(0, 300, 30),
    shownDefault: '30',
    purpose: 'by which the clock of the issuer may differ, s',
  },
  RAPPORT_LOGIN_IDLE_MINUTES: {
    schema: integer(0, 1440, 60),
    shownDefault: '60',
    purpose: 'without a request a log-in ends, minutes; 0: it lasts as long as it may',
  },
  RAPPORT_LOGIN_MAX_HOURS: {
    schema: integer(1, 720, 12),
    shownDefault: '12',
    purpose: 'however much it is used, a log-in ends, hours',
  },
  RAPPORT_ALLOWED_ORIGINS: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose: 'browsers that may connect: `https://desk.example.com,...` or `*`; empty: pages of the same host',
  },
  RAPPORT_TLS_CERT: {
    schema: maybe,
    shownDefault: '',
    purpose: 'PEM file with the certificate and its chain: then it speaks TLS alone',
  },
  RAPPORT_TLS_KEY: { schema: maybe, shownDefault: '', purpose: 'PEM file with the key of the certificate' },
  RAPPORT_TRUST_PROXY: {
    schema: z.string().default(''),
    shownDefault: '',
    purpose: 'addresses or networks of proxies whose `X-Forwarded-For` holds, `loopback` among them',
  },
  RAPPORT_TENANT_MAX_SESSIONS: {
    schema: optionalInteger(1, 100_000),
    shownDefault: 'all',
    purpose: 'live sessions of one tenant; more are refused with `quota_exceeded`',
  },
  RAPPORT_TENANT_MAX_CONNECTIONS: {
    schema: optionalInteger(1, 1_000_000),
    shownDefault: 'all',
    purpose: 'connections of one tenant, with and without a session',
  },
  RAPPORT_TENANT_MAX_STARTS: {
    schema: integer(1, 1_000_000, 6000),
    shownDefault: '6000',
    purpose: 'sessions that one tenant may begin in a minute',
  },
  ...OPENID_SETTINGS,
} as const satisfies Record<string, Setting>;
