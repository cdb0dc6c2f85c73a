import { Fleet } from './fleet';
import { ResumeTokens } from './resume-tokens';

describe('ResumeTokens', () => {
  it('takes the newest, and the one before until the newest has arrived', () => {
    const { tokens, token: first } = ResumeTokens.begin(new Fleet());
    const second = tokens.renew(first);
    expect([first, second].map((token) => tokens.accepts(token))).toEqual([true, true]);
    const third = tokens.renew(first); // the answer with the second got lost
    expect([first, second, third].map((token) => tokens.accepts(token))).toEqual([true, false, true]);
    tokens.confirm();
    expect([first, second, third].map((token) => tokens.accepts(token))).toEqual([false, false, true]);
    expect(['', 'x', `${third}x`].map((token) => tokens.accepts(token))).toEqual([false, false, false]);
  });

  it('gives 256 random bits, and keeps digests alone', () => {
    const { tokens, token } = ResumeTokens.begin(new Fleet());
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(ResumeTokens.begin(new Fleet()).token).not.toBe(token);
    expect(JSON.stringify([tokens, tokens.kept])).not.toContain(token);
    const next = tokens.renew(token);
    const restored = ResumeTokens.restore(new Fleet(), JSON.parse(JSON.stringify(tokens.kept)));
    expect([token, next, 'other'].map((one) => restored.accepts(one))).toEqual([true, true, false]);
  });
});
