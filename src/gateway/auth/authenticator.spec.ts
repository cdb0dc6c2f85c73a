import { ApiKeys } from './api-keys';
import { Authenticator } from './authenticator';
import { BrowserTokens } from './browser-tokens';
import type { JwtVerifier } from './jwt';
import { LoginSessions } from './login-sessions';
import { People } from './people/people';
import type { Principal } from './principal';

const NOBODY = { count: 0, find: () => undefined, fresh: () => Promise.resolve() };
const LOGINS = { loginIdleMs: 0, loginMaxMs: 1000, maxLogins: 1, maxLoginsPerUser: 1 };
const HERE = { address: '127.0.0.1', host: 'localhost:8080' };
const ACME: Principal = { tenant: 'acme', scopes: new Set(['ingest']) };
const bearer = (text: string) => ({ kind: 'bearer', text }) as const;

describe('Authenticator', () => {
  const answers: ((principal: Principal) => void)[] = [];
  /** Verifies when it is told to. */
  const slow = { verify: () => new Promise((resolve) => answers.push(resolve)) } as unknown as JwtVerifier;
  const open = (jwt: JwtVerifier | undefined, developmentOnly = false) =>
    new Authenticator({
      keys: new ApiKeys([{ tenant: 'globex', key: 'a.key.with-dots' }]),
      tokens: new BrowserTokens({ maxTokens: 1, maxTokensPerTenant: 1 }, Date.now),
      people: new People(NOBODY, new LoginSessions(LOGINS, () => 0)),
      jwt,
      developmentOnly,
      maxPendingVerifications: 2,
      now: () => 0,
    });

  it('verifies a bounded number of JWTs at once; keys are told meanwhile', async () => {
    const authenticator = open(slow);
    const first = authenticator.identify(bearer('a.b.c'), HERE);
    const second = authenticator.identify(bearer('a.b.c'), HERE);
    await expect(authenticator.identify(bearer('a.b.c'), HERE)).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterMs: 1000,
    });
    expect(authenticator.identify(bearer('a.key.with-dots'), HERE)).toMatchObject({ tenant: 'globex' });
    answers[0]!(ACME);
    expect(await first).toBe(ACME);
    const third = authenticator.identify(bearer('a.b.c'), HERE);
    answers[1]!(ACME);
    answers[2]!(ACME);
    expect(await Promise.all([second, third])).toEqual([ACME, ACME]);
  });

  it('takes what looks like a JWT for an unknown key where JWTs are not taken', () => {
    expect(() => open(undefined).identify(bearer('a.b.c'), HERE)).toThrow('The API key is not known.');
  });

  it.each([
    ['127.0.0.1', 'localhost:8080', true],
    ['::1', '[::1]:8080', true],
    ['192.0.2.1', 'localhost:8080', false],
    ['127.0.0.1', 'rebound.example', false],
    ['127.0.0.1', undefined, false],
  ])('takes the development key from %s at the host %j: %s', (address, host, isTaken) => {
    const identify = () => open(undefined, true).identify(bearer('rapport-development'), { address, host });
    if (isTaken) expect(identify()).toMatchObject({ tenant: 'development' });
    else expect(identify).toThrow(expect.objectContaining({ code: 'unauthorized' }));
  });
});
