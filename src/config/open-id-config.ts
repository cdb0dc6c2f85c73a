import { RapportError } from '@rapport-live/protocol';
import { TENANT } from './api-keys-config';
import { safeUrl } from './safe-url';
import type { Environment } from './settings';

/** A provider of OpenID Connect that people log in at. */
export interface OpenIdConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Of this service, `/v1/login/openid/callback`, as the provider knows it. */
  readonly redirectUrl: string;
  readonly scopes: string;
  readonly roleClaim: string;
  readonly teamsClaim: string;
  /** All of its people are of this one; absent: the claim says. */
  readonly tenant?: string;
  readonly tenantClaim: string;
  /** On the button. */
  readonly name: string;
}

export const OPENID_CALLBACK = '/v1/login/openid/callback';

const invalid = (sentence: string): RapportError => new RapportError('config_invalid', sentence);

/** Undefined: people log in by password alone. Throws RapportError `config_invalid`, which never repeats the secret. */
export function openIdConfig(e: Environment): OpenIdConfig | undefined {
  const { RAPPORT_OPENID_ISSUER: issuer, RAPPORT_OPENID_CLIENT_ID: clientId, RAPPORT_OPENID_TENANT: tenant } = e;
  const { RAPPORT_OPENID_CLIENT_SECRET: clientSecret, RAPPORT_OPENID_REDIRECT_URL: redirectUrl } = e;
  const all = {
    ...{ RAPPORT_OPENID_ISSUER: issuer, RAPPORT_OPENID_CLIENT_ID: clientId },
    ...{ RAPPORT_OPENID_CLIENT_SECRET: clientSecret, RAPPORT_OPENID_REDIRECT_URL: redirectUrl },
  };
  const missing = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === 4) return undefined;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined || redirectUrl === undefined) {
    throw invalid(`OpenID Connect is half set up: ${missing.join(', ')} missing.`);
  }
  safeUrl('RAPPORT_OPENID_ISSUER', issuer);
  if (safeUrl('RAPPORT_OPENID_REDIRECT_URL', redirectUrl).pathname !== OPENID_CALLBACK) {
    throw invalid(`RAPPORT_OPENID_REDIRECT_URL: its path must be ${OPENID_CALLBACK}.`);
  }
  if (tenant !== undefined && !TENANT.test(tenant)) throw invalid('RAPPORT_OPENID_TENANT: use a-z, 0-9 and "-".');
  const scopes = e.RAPPORT_OPENID_SCOPES;
  if (!scopes.split(' ').includes('openid')) throw invalid('RAPPORT_OPENID_SCOPES: openid must be one of them.');
  return {
    ...{ issuer, clientId, clientSecret, redirectUrl, scopes, tenant },
    roleClaim: e.RAPPORT_OPENID_ROLE_CLAIM,
    teamsClaim: e.RAPPORT_OPENID_TEAMS_CLAIM,
    tenantClaim: e.RAPPORT_OPENID_TENANT_CLAIM,
    name: e.RAPPORT_OPENID_NAME,
  };
}
