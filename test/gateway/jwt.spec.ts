import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JwtConfig } from '../../src/config/access-config';
import { JwtVerifier, looksLikeJwt } from '../../src/gateway/auth/jwt';
import { makeJwt } from '../support/jwt';

const SECRET = 'a secret of thirty-two characters';
const BASE = { issuer: 'https://issuer.example', audience: 'rapport', tenantClaim: 'tenant', scopesClaim: 'scope' };
const NOW_S = 1_800_000_000;
const CLAIMS = {
  iss: BASE.issuer,
  aud: BASE.audience,
  exp: NOW_S + 60,
  tenant: 'acme',
  scope: 'openid ingest monitor',
};

const open = (config: Partial<JwtConfig>) =>
  JwtVerifier.open({ ...BASE, algorithms: ['HS256'], leewayS: 30, ...config }, () => NOW_S * 1000);

describe('JWTs by a secret', () => {
  let verifier: JwtVerifier;
  beforeAll(async () => (verifier = await open({ secret: SECRET })));
  const verify = (claims: object, header = { alg: 'HS256' }, secret: string | undefined = SECRET) =>
    verifier.verify(makeJwt(header, claims, secret));

  it('say tenant and scopes; scopes of other services are none', async () => {
    expect(await verify(CLAIMS)).toEqual({
      ...{ tenant: 'acme', id: 'jwt', scopes: new Set(['ingest', 'monitor']) },
    });
    expect(await verify({ ...CLAIMS, sub: 'u-17' })).toMatchObject({ id: 'jwt:u-17' });
    expect((await verify({ ...CLAIMS, scope: ['admin', 7, null] })).scopes).toEqual(new Set(['admin']));
    for (const scope of [undefined, 'root', {}, 'ingest,monitor']) {
      expect((await verify({ ...CLAIMS, scope })).scopes).toEqual(new Set());
    }
    expect(await verify({ ...CLAIMS, aud: ['other', 'rapport'] })).toMatchObject({ tenant: 'acme' });
  });

  it('may name the claims otherwise', async () => {
    const other = await open({ secret: SECRET, tenantClaim: 'https://acme.example/org', scopesClaim: 'scp' });
    const claims = { ...CLAIMS, 'https://acme.example/org': 'globex', scp: ['search'] };
    expect(await other.verify(makeJwt({ alg: 'HS256' }, claims, SECRET))).toEqual({
      tenant: 'globex',
      id: 'jwt',
      scopes: new Set(['search']),
    });
  });

  it('allow for clocks that differ by the leeway', async () => {
    expect(await verify({ ...CLAIMS, exp: NOW_S - 29, nbf: NOW_S + 29 })).toMatchObject({ tenant: 'acme' });
  });

  it.each<[string, object, RegExp]>([
    ['that has expired', { exp: NOW_S - 31 }, /has expired/],
    ['that never expires', { exp: undefined }, /"exp".*missing/],
    ['that is not valid yet', { nbf: NOW_S + 31 }, /"nbf"/],
    ['for another audience', { aud: 'other' }, /"aud"/],
    ['for nobody', { aud: undefined }, /"aud"/],
    ['of another issuer', { iss: 'https://evil.example' }, /"iss"/],
    ['without a tenant', { tenant: undefined }, /"tenant"/],
    ['whose tenant is no name', { tenant: '../acme' }, /"tenant".*names no tenant/],
    ['whose tenant is no text', { tenant: ['acme'] }, /"tenant".*names no tenant/],
  ])('refuse one %s', async (_what, claims, sentence) => {
    await expect(verify({ ...CLAIMS, ...claims })).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(sentence),
    });
  });

  it.each<[string, string, RegExp]>([
    ['signed with another secret', makeJwt({ alg: 'HS256' }, CLAIMS, `${SECRET}!`), /signature/],
    ['not signed (alg none)', makeJwt({ alg: 'none' }, CLAIMS), /algorithm/],
    ['not signed, but said to be', makeJwt({ alg: 'HS256' }, CLAIMS), /signature/],
    ['by an algorithm that is not allowed', makeJwt({ alg: 'HS512' }, CLAIMS, SECRET), /algorithm/],
    ['whose claims were changed', forged(), /signature/],
    ['that is none', 'e30.e30.e30', /cannot be read|algorithm/],
  ])('refuse one %s', async (_what, token, sentence) => {
    const refusal = await verifier.verify(token).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'unauthorized', message: expect.stringMatching(sentence) });
    expect(JSON.stringify(refusal)).not.toContain(token.split('.')[1]);
  });

  function forged(): string {
    const [header, , signature] = makeJwt({ alg: 'HS256' }, CLAIMS, SECRET).split('.');
    return [header, Buffer.from(JSON.stringify({ ...CLAIMS, tenant: 'globex' })).toString('base64url'), signature].join(
      '.',
    );
  }
});

describe('JWTs by keys of an issuer', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = (key: KeyObject, kid: string): object => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' });
  const KEYS = { keys: [jwk(rsa.publicKey, 'r1'), jwk(ec.publicKey, 'e1')] };
  const algorithms = ['RS256', 'ES256'];
  const folder = mkdtempSync(join(tmpdir(), 'rapport-jwks-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are verified with the key that they name', async () => {
    const verifier = await open({ jwks: file('keys.json', JSON.stringify(KEYS)), algorithms });
    for (const [alg, kid, key] of [
      ['RS256', 'r1', rsa.privateKey],
      ['ES256', 'e1', ec.privateKey],
    ] as const) {
      expect(await verifier.verify(makeJwt({ alg, kid }, CLAIMS, key))).toMatchObject({ tenant: 'acme' });
    }
    await expect(verifier.verify(makeJwt({ alg: 'ES256', kid: 'e2' }, CLAIMS, ec.privateKey))).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringMatching(/key that is not known/),
    });
  });

  // RFC 8725 section 2.1: the public key, which everybody has, taken for a shared secret
  it('are not verified with a public key as the secret of an HMAC', async () => {
    const verifier = await open({ jwks: file('keys.json', JSON.stringify(KEYS)), algorithms });
    const secret = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(createHmac('sha256', secret).update('').digest()).toHaveLength(32);
    const token = makeJwt({ alg: 'HS256', kid: 'r1' }, CLAIMS, secret);
    await expect(verifier.verify(token)).rejects.toMatchObject({ message: expect.stringMatching(/algorithm/) });
  });

  it.each([
    ['that is not there', join(folder, 'nowhere.json'), /cannot be read \(ENOENT\)/],
    ['that is no JSON', file('broken.json', '{"keys'), /no JWK Set/],
    ['without keys', file('other.json', '{}'), /no JWK Set/],
    ['with private keys', file('private.json', JSON.stringify({ keys: [jwk(ec.privateKey, 'e1')] })), /private key/],
  ])('stop the start by a file %s', async (_what, jwks, sentence) => {
    await expect(open({ jwks, algorithms })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(sentence),
    });
  });

  describe('from a URL', () => {
    let issuer: Server;
    let url: string;
    let asked = 0;
    let status = 200;
    beforeAll(async () => {
      issuer = createServer((_request, response) => {
        asked += 1;
        response.writeHead(status).end(JSON.stringify(KEYS));
      });
      await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
    });
    afterAll(() => {
      issuer.close();
      issuer.closeAllConnections();
    });
    beforeEach(() => {
      [asked, status] = [0, 200];
    });

    it('are fetched once, and an unknown key does not make us ask again at once', async () => {
      const verifier = await open({ jwks: url, algorithms });
      const token = makeJwt({ alg: 'ES256', kid: 'e1' }, CLAIMS, ec.privateKey);
      await Promise.all([verifier.verify(token), verifier.verify(token), verifier.verify(token)]);
      expect(asked).toBe(1);
      for (const kid of ['a', 'b', 'c']) {
        const unknown = makeJwt({ alg: 'ES256', kid }, CLAIMS, ec.privateKey);
        await expect(verifier.verify(unknown)).rejects.toMatchObject({ code: 'unauthorized' });
      }
      expect(asked).toBe(1);
    });

    it('are overloaded, not unauthorized, while the issuer fails', async () => {
      status = 503;
      const verifier = await open({ jwks: url, algorithms });
      const token = makeJwt({ alg: 'ES256', kid: 'e1' }, CLAIMS, ec.privateKey);
      for (let i = 0; i < 3; i += 1) {
        await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 5000 });
      }
      expect(asked).toBe(1);
    });
  });
});

it.each([
  ['a.b.c', true],
  ['a.b.', true],
  ['a.b', false],
  ['a.b.c.d', false],
  ['a.b.c d', false],
  [`a.b.${'c'.repeat(8192)}`, false],
])('looksLikeJwt(%s)', (text, expected) => {
  expect(looksLikeJwt(text)).toBe(expected);
});
