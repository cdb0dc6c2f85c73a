import { Fleet } from './fleet';
import { ResumeTokens } from './resume-tokens';
import { CHAIN_TOKENS } from './token-chain';

/** As a process after this one has them. */
const restored = ({ kept }: ResumeTokens, fleet = new Fleet()): ResumeTokens =>
  ResumeTokens.restore(fleet, JSON.parse(JSON.stringify(kept)));

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
    expect(JSON.stringify([tokens, tokens.kept])).not.toContain(next);
    expect([token, next, 'other'].map((one) => restored(tokens).accepts(one))).toEqual([true, true, false]);
  });

  it.each([undefined, { name: 'gw-3', url: 'wss://{name}.example' }])(
    'takes those that were given since it was kept, one after the other, and then no used one (%#)',
    (config) => {
      const fleet = new Fleet(config);
      const { tokens, token: first } = ResumeTokens.begin(fleet);
      const given = [first];
      const renew = () => given.push(tokens.renew(given.at(-1)!));
      renew();
      renew();
      tokens.confirm();
      const { chain } = tokens;
      const older = restored(tokens, fleet);
      while (tokens.chain === chain) renew();
      const ofChain = given.slice(1, -1);
      expect(ofChain).toHaveLength(CHAIN_TOKENS);
      // kept was the third of all: the two before it were used up, and the last is of another chain
      expect(given.map((token) => older.accepts(token))).toEqual([
        false,
        false,
        ...ofChain.slice(1).map(() => true),
        false,
      ]);
      const newest = ofChain.at(-1)!;
      const next = older.renew(newest);
      expect(older.accepts(next) && older.accepts(newest)).toBe(true);
      expect(given.filter((token) => older.accepts(token))).toEqual([newest]);
      older.confirm();
      expect(given.filter((token) => older.accepts(token))).toEqual([]);
    },
  );
});
