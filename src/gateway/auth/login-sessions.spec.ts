import { LoginSessions } from './login-sessions';
import type { Viewer } from './viewer';

const person = (userId: string): Viewer => ({
  ...{ userId, tenant: 'acme', role: 'supervisor', teams: 'all', seesNames: true },
});

describe('LoginSessions', () => {
  let nowMs = 1_000_000;
  const open = (more: object = {}) =>
    new LoginSessions({ loginIdleMs: 1000, loginMaxMs: 3000, maxLogins: 4, maxLoginsPerUser: 2, ...more }, () => nowMs);

  it('end without use, and for good after a while; looking is no use', () => {
    const logins = open();
    const { token, login } = logins.begin(person('mia'));
    expect(login.endsAtMs).toBe(nowMs + 3000);
    nowMs += 999;
    expect(logins.peek(token)).toBe(login);
    nowMs += 1;
    expect(logins.peek(token)).toBeUndefined();
    const other = logins.begin(person('mia')).token;
    for (let i = 0; i < 3; i += 1) {
      expect(logins.use(other)).toBeDefined();
      nowMs += 999;
    }
    expect(logins.use(other)).toBeDefined();
    nowMs += 3;
    expect(logins.use(other)).toBeUndefined();
    expect(logins.count).toBe(0);
  });

  it('may go unused where there is no bound on it', () => {
    const logins = open({ loginIdleMs: 0 });
    const { token } = logins.begin(person('mia'));
    nowMs += 2999;
    expect(logins.use(token)).toBeDefined();
    nowMs += 1;
    expect(logins.use(token)).toBeUndefined();
  });

  it('are bounded, of one person and of all: the one unused for longest ends', () => {
    const logins = open();
    const [first, second] = [logins.begin(person('mia')).token, logins.begin(person('mia')).token];
    logins.use(first);
    const third = logins.begin(person('mia')).token;
    expect([first, second, third].map((token) => logins.peek(token) !== undefined)).toEqual([true, false, true]);
    for (const name of ['a', 'b', 'c']) logins.begin(person(name));
    expect(logins.count).toBe(4);
    expect(logins.peek(first)).toBeUndefined();
    expect(logins.peek(third)).toBeDefined();
  });

  it('keep no token in the clear', () => {
    const logins = open();
    const { token } = logins.begin(person('mia'));
    expect(token).toMatch(/^[\w-]{43}$/);
    const kept = (logins as unknown as { byDigest: Map<string, unknown> }).byDigest;
    expect(JSON.stringify([...kept])).not.toContain(token);
  });
});
