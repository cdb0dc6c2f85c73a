import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import { makeCertificate } from '../../test/support/certificate';
import { readConfig } from './config';

const folder = mkdtempSync(join(tmpdir(), 'rapport-config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const fault = (env: NodeJS.ProcessEnv): string => {
  try {
    readConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(RapportError);
    expect(error).toMatchObject({ code: 'config_invalid' });
    return (error as RapportError).message;
  }
  throw new Error('the settings were taken');
};

const SHA256 = createHash('sha256').update('a key of acme, long enough').digest('hex');
const [OTHER, THIRD, FOURTH] = ['b', 'c', 'd'].map((digit) => digit.repeat(64)) as [string, string, string];

describe('API keys', () => {
  it('are taken in the clear or hashed, with scopes, from the list and from the file', () => {
    const path = file(
      'keys.json',
      JSON.stringify({
        keys: [
          { tenant: 'globex', name: 'softphone', sha256: OTHER, scopes: ['ingest'], origins: ['https://desk.example'] },
          { tenant: 'initech', sha256: THIRD, expiresAt: '2030-01-01T00:00:00Z' },
        ],
      }),
    );
    const list = `acme:0123456789abcdef:with-colon, acme:sha256:${SHA256}, acme:sha256:${FOURTH}:admin+ingest`;
    expect(readConfig({ RAPPORT_API_KEYS: list, RAPPORT_API_KEYS_FILE: path }).apiKeys).toEqual([
      { tenant: 'acme', key: '0123456789abcdef:with-colon' },
      { tenant: 'acme', sha256: SHA256 },
      { tenant: 'acme', sha256: FOURTH, scopes: ['admin', 'ingest'] },
      { tenant: 'globex', sha256: OTHER, scopes: ['ingest'], origins: ['https://desk.example'] },
      { tenant: 'initech', sha256: THIRD, expiresAtMs: Date.UTC(2030, 0, 1) },
    ]);
  });

  it.each([
    [`acme:sha256:${SHA256.slice(1)}`, /hashed key of tenant acme needs the form/],
    [`acme:sha256:${SHA256.toUpperCase()}`, /hashed key of tenant acme needs the form/],
    [`acme:sha256:${SHA256}:ingest:admin`, /hashed key of tenant acme needs the form/],
    [`acme:sha256:${SHA256}:root`, /has the scope "root": use ingest, monitor, search, admin/],
    [`acme:sha256:${SHA256}:`, /has the scope ""/],
    [`acme:sha256:${SHA256},globex:sha256:${SHA256}`, /acme and globex have one API key/],
    ['acme:0123456789abcdef,acme:0123456789abcdef', /acme and acme have one API key/],
    ['Acme:0123456789abcdef', /entry 1 needs the form TENANT:KEY/],
  ])('are refused as %s', (list, sentence) => {
    expect(fault({ RAPPORT_API_KEYS: list })).toMatch(sentence);
  });

  it.each([
    ['nothing', undefined, /cannot be read \(ENOENT\)/],
    ['no JSON', `{"keys": ["${SHA256}`, /is not JSON\.$/],
    ['another shape', `["${SHA256}"]`, /expected object/],
    ['a key in the clear', '{"keys": [{"tenant": "acme", "key": "0123456789abcdef"}]}', /keys\.0.*sha256/],
    ['a tenant that is a path', `{"keys": [{"tenant": "../x", "sha256": "${SHA256}"}]}`, /keys\.0\.tenant: a-z/],
    ['an unknown scope', `{"keys": [{"tenant": "a", "sha256": "${SHA256}", "scopes": ["x"]}]}`, /keys\.0\.scopes\.0/],
    [
      'a page for an origin',
      `{"keys": [{"tenant": "a", "sha256": "${SHA256}", "origins": ["https://a.b/c"]}]}`,
      /path/,
    ],
    ['a time that is none', `{"keys": [{"tenant": "a", "sha256": "${SHA256}", "expiresAt": "soon"}]}`, /expiresAt/],
    ['too much', ' '.repeat(4 * 1024 * 1024 + 1), /4194305 bytes/],
  ])('are refused in a file of %s, of which nothing is repeated', (_what, text, sentence) => {
    const path = text === undefined ? join(folder, 'nowhere') : file('wrong.json', text);
    const message = fault({ RAPPORT_API_KEYS_FILE: path });
    expect(message).toMatch(sentence);
    expect(message).toMatch(/^RAPPORT_API_KEYS_FILE/);
    expect(message).not.toMatch(new RegExp(`${SHA256}|0123456789`));
  });
});

describe('JWTs', () => {
  const SECRET = 'a secret of thirty-two characters';
  const ABOUT = { RAPPORT_JWT_ISSUER: 'https://issuer.example', RAPPORT_JWT_AUDIENCE: 'rapport' };

  it('are not taken by default', () => expect(readConfig({}).jwt).toBeUndefined());

  it('are taken by a secret or by keys', () => {
    expect(readConfig({ ...ABOUT, RAPPORT_JWT_SECRET: SECRET }).jwt).toEqual({
      ...{ secret: SECRET, issuer: 'https://issuer.example', audience: 'rapport', algorithms: ['HS256'] },
      ...{ tenantClaim: 'tenant', scopesClaim: 'scope', leewayS: 30 },
    });
    for (const jwks of ['https://issuer.example/keys', 'http://localhost:9000/keys', 'keys.json', '/etc/keys.json']) {
      const { jwt } = readConfig({ ...ABOUT, RAPPORT_JWT_JWKS: jwks, RAPPORT_JWT_ALGORITHMS: 'EdDSA, ES384' });
      expect(jwt).toMatchObject({ jwks, algorithms: ['EdDSA', 'ES384'] });
    }
  });

  it.each([
    [{ RAPPORT_JWT_ISSUER: 'x' }, /without RAPPORT_JWT_SECRET or RAPPORT_JWT_JWKS/],
    [{ ...ABOUT, RAPPORT_JWT_SECRET: SECRET, RAPPORT_JWT_JWKS: 'keys.json' }, /both set/],
    [{ ...ABOUT, RAPPORT_JWT_SECRET: SECRET, RAPPORT_JWT_ISSUER: '' }, /RAPPORT_JWT_ISSUER is empty/],
    [{ ...ABOUT, RAPPORT_JWT_SECRET: SECRET, RAPPORT_JWT_AUDIENCE: '' }, /RAPPORT_JWT_AUDIENCE is empty/],
    [{ ...ABOUT, RAPPORT_JWT_SECRET: 'short' }, /has 5 bytes, needs 32/],
    [{ ...ABOUT, RAPPORT_JWT_SECRET: SECRET, RAPPORT_JWT_ALGORITHMS: 'none' }, /"none".*HS256/],
    [{ ...ABOUT, RAPPORT_JWT_SECRET: SECRET, RAPPORT_JWT_ALGORITHMS: 'RS256' }, /"RS256"/],
    [{ ...ABOUT, RAPPORT_JWT_JWKS: 'keys.json', RAPPORT_JWT_ALGORITHMS: 'RS256,HS256' }, /"HS256".*RS256/],
    [{ ...ABOUT, RAPPORT_JWT_JWKS: 'http://issuer.example/keys' }, /https/],
    [{ ...ABOUT, RAPPORT_JWT_JWKS: 'ftp://issuer.example/keys' }, /https/],
    [{ ...ABOUT, RAPPORT_JWT_SECRET: SECRET, RAPPORT_JWT_LEEWAY_S: '9999' }, /RAPPORT_JWT_LEEWAY_S/],
  ])('%# are refused with a sentence that has no secret', (env, sentence) => {
    expect(fault(env)).toMatch(sentence);
    expect(fault(env)).not.toContain(SECRET);
  });
});

describe('origins and proxies', () => {
  it('are lists', () => {
    expect(readConfig({})).toMatchObject({ allowedOrigins: undefined, trustedProxies: [] });
    expect(readConfig({ RAPPORT_ALLOWED_ORIGINS: '*' }).allowedOrigins).toBe('*');
    expect(readConfig({ RAPPORT_ALLOWED_ORIGINS: 'https://a.example, http://b.example:81' }).allowedOrigins).toEqual([
      'https://a.example',
      'http://b.example:81',
    ]);
    expect(readConfig({ RAPPORT_TRUST_PROXY: 'loopback, 10.0.0.0/8, ::1' }).trustedProxies).toEqual([
      ...['loopback', '10.0.0.0/8', '::1'],
    ]);
  });

  it.each([
    [{ RAPPORT_ALLOWED_ORIGINS: 'https://a.example/' }, /without a path/],
    [{ RAPPORT_ALLOWED_ORIGINS: 'a.example' }, /"a\.example"/],
    [{ RAPPORT_ALLOWED_ORIGINS: '*,https://a.example' }, /\* alone/],
    [{ RAPPORT_ALLOWED_ORIGINS: 'null' }, /"null"/],
    [{ RAPPORT_TRUST_PROXY: 'true' }, /"true"/],
    [{ RAPPORT_TRUST_PROXY: 'proxy.example' }, /proxy\.example/],
    [{ RAPPORT_TENANT_MAX_SESSIONS: '0' }, /RAPPORT_TENANT_MAX_SESSIONS/],
    [{ RAPPORT_TENANT_MAX_STARTS: 'many' }, /RAPPORT_TENANT_MAX_STARTS/],
  ])('%j is refused', (env, sentence) => expect(fault(env as NodeJS.ProcessEnv)).toMatch(sentence));
});

describe('TLS', () => {
  const { cert, key } = makeCertificate();
  const [certFile, keyFile] = [file('cert.pem', cert), file('key.pem', key)];

  it('is by two files', () => {
    expect(readConfig({}).tls).toBeUndefined();
    expect(readConfig({ RAPPORT_TLS_CERT: certFile, RAPPORT_TLS_KEY: keyFile }).tls).toEqual({ cert, key });
  });

  it.each([
    ['a certificate alone', certFile, undefined, /RAPPORT_TLS_CERT is set without RAPPORT_TLS_KEY/],
    ['a key alone', undefined, keyFile, /RAPPORT_TLS_KEY is set without RAPPORT_TLS_CERT/],
    ['a file that is not there', join(folder, 'nowhere'), keyFile, /RAPPORT_TLS_CERT.*ENOENT/],
    ['a folder', certFile, folder, /RAPPORT_TLS_KEY.*EISDIR/],
    ['a certificate that is none', file('text.pem', 'hello'), keyFile, /RAPPORT_TLS_CERT.*no certificate in PEM/],
    ['a key for a certificate', keyFile, keyFile, /RAPPORT_TLS_CERT.*no certificate in PEM/],
    ['a certificate for a key', certFile, certFile, /RAPPORT_TLS_KEY.*no key in PEM/],
    ['the key of another', certFile, file('other.pem', makeCertificate().key), /not that of the certificate/],
    ['one that has expired', file('old.pem', makeCertificate({ from: -9, to: -2 }).cert), keyFile, /expired on/],
  ])('is not started with %s', (_what, RAPPORT_TLS_CERT, RAPPORT_TLS_KEY, sentence) => {
    expect(fault({ RAPPORT_TLS_CERT, RAPPORT_TLS_KEY })).toMatch(sentence);
  });
});
