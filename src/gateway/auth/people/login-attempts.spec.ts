import { LoginAttempts } from './login-attempts';

describe('LoginAttempts', () => {
  let nowMs = 0;
  const open = (maxAccounts = 100) =>
    new LoginAttempts({ attempts: { perSecond: 0.5, burst: 3 }, maxAccounts }, () => nowMs);
  const limited = expect.objectContaining({ code: 'rate_limited', retryAfterMs: 2000 });

  it('bound guesses of an account, with time and with success they begin anew', () => {
    const attempts = open();
    for (let i = 0; i < 3; i += 1) attempts.begin('mia');
    expect(() => attempts.begin('mia')).toThrow(limited);
    attempts.begin('max');
    nowMs += 2000;
    attempts.begin('mia');
    expect(() => attempts.begin('mia')).toThrow(limited);
    attempts.succeeded('mia');
    for (let i = 0; i < 3; i += 1) attempts.begin('mia');
    expect(() => attempts.begin('mia')).toThrow(limited);
  });

  it('remember a bounded number of accounts', () => {
    const attempts = open(2);
    for (const name of ['a', 'b', 'c', 'd']) attempts.begin(name);
    expect((attempts as unknown as { accounts: Map<string, unknown> }).accounts.size).toBe(2);
  });
});
