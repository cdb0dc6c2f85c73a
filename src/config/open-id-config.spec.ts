import { RapportError } from '@rapport-live/protocol';
import { describeSettings, readConfig } from './config';

const ENV = {
  RAPPORT_OPENID_ISSUER: 'https://login.example.com',
  RAPPORT_OPENID_CLIENT_ID: 'rapport',
  RAPPORT_OPENID_CLIENT_SECRET: 'a secret of the client',
  RAPPORT_OPENID_REDIRECT_URL: 'https://rapport.example.com/v1/login/openid/callback',
};

describe('OpenID Connect', () => {
  it('is set up by four settings, and by none', () => {
    expect(readConfig({}).openId).toBeUndefined();
    expect(readConfig(ENV).openId).toEqual({
      ...{ issuer: 'https://login.example.com', clientId: 'rapport', clientSecret: 'a secret of the client' },
      ...{ redirectUrl: ENV.RAPPORT_OPENID_REDIRECT_URL, scopes: 'openid profile', tenant: undefined },
      ...{ roleClaim: 'role', teamsClaim: 'teams', tenantClaim: 'tenant', name: 'single sign-on' },
    });
    expect(JSON.stringify(describeSettings(ENV))).not.toContain(ENV.RAPPORT_OPENID_CLIENT_SECRET);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['half of them', { RAPPORT_OPENID_CLIENT_SECRET: '' }, /half set up: RAPPORT_OPENID_CLIENT_SECRET missing/],
    [
      'a provider in the clear',
      { RAPPORT_OPENID_ISSUER: 'http://login.example.com' },
      /RAPPORT_OPENID_ISSUER: .*https/,
    ],
    ['an issuer that is no URL', { RAPPORT_OPENID_ISSUER: 'login' }, /RAPPORT_OPENID_ISSUER/],
    ['another path', { RAPPORT_OPENID_REDIRECT_URL: 'https://rapport.example.com/' }, /its path must be \/v1\/login/],
    ['scopes without openid', { RAPPORT_OPENID_SCOPES: 'profile' }, /openid must be one of them/],
    ['a tenant that is a path', { RAPPORT_OPENID_TENANT: '../acme' }, /RAPPORT_OPENID_TENANT/],
  ])('with %s stops the start', (_what, env, sentence) => {
    expect(() => readConfig({ ...ENV, ...env })).toThrow(sentence);
    expect(() => readConfig({ ...ENV, ...env })).toThrow(RapportError);
  });
});
