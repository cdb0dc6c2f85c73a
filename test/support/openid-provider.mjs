// A real provider of OpenID Connect (oidc-provider) as a process of its own: it is an ES module, which Jest would have to compile.
// Each log-in name is a person, whose claims are in the first argument; some come with ID tokens that are wrong in one way. For tests.
import { createServer } from 'node:http';
import { decodeJwt, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { Provider } from 'oidc-provider';

const people = JSON.parse(process.argv[2]);
const SIGNED = { alg: 'RS256', kid: 'of-the-provider' };
const own = await generateKeyPair(SIGNED.alg, { extractable: true });
const others = await generateKeyPair(SIGNED.alg);
const sign = (claims, key = own.privateKey) => new SignJWT(claims).setProtectedHeader(SIGNED).sign(key);
const longAgoS = Math.floor(Date.now() / 1000) - 7200;
/** By log-in name. */
const WRONG = {
  late: (claims) => sign({ ...claims, iat: longAgoS, exp: longAgoS + 3600 }),
  stranger: (claims) => sign({ ...claims, aud: 'another client' }),
  impostor: (claims) => sign({ ...claims, iss: 'https://elsewhere.example' }),
  parrot: (claims) => sign({ ...claims, nonce: 'of another log-in' }),
  forger: (claims) => sign({ ...claims, role: 'admin' }, others.privateKey),
  bare: (claims) => new UnsecuredJWT(claims).encode(),
};

const server = createServer().listen(0, '127.0.0.1', () => process.send('there'));
process.once('disconnect', () => process.exit());
process.once('message', async ({ redirectUrl }) => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'rapport', client_secret: 'a secret of the client', redirect_uris: [redirectUrl] }],
    jwks: { keys: [{ ...(await exportJWK(own.privateKey)), ...SIGNED, use: 'sig' }] },
    claims: { openid: ['sub', 'role', 'teams', 'org'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    interactions: { url: (_context, { uid }) => `/as/${uid}` },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ['for tests'] },
  });
  provider.use(async (context, next) => {
    await next();
    const token = context.body?.id_token;
    const wrong = token && WRONG[decodeJwt(token).sub];
    if (wrong) context.body.id_token = await wrong(decodeJwt(token));
  });
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/as/')) return answer(request, response);
    // whoever comes here logs in as the test said, and agrees to all
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      return provider.interactionFinished(request, response, { login: { accountId: params.login_hint } });
    }
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: 'rapport' });
    grant.addOIDCScope('openid profile');
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
  });
  process.send({ issuer });
});
