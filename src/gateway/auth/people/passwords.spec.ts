import { hashPassword, makePassword, Passwords } from './passwords';

const PASSWORD = 'ein Pa\u00dfwort f\u00fcr \u212bke';

describe('passwords', () => {
  it('are told right, however their letters were composed, and wrong', async () => {
    const [passwords, hashed] = [await Passwords.open(), await hashPassword(PASSWORD)];
    expect(await passwords.isRight(PASSWORD, hashed)).toBe(true);
    expect(await passwords.isRight(PASSWORD.normalize('NFD'), hashed)).toBe(true);
    expect(await passwords.isRight(`${PASSWORD} `, hashed)).toBe(false);
    expect(await passwords.isRight(PASSWORD, undefined)).toBe(false);
    await expect(passwords.isRight(PASSWORD, '$argon2id$v=19$none')).rejects.toThrow();
    expect(await passwords.isRight(PASSWORD, hashed)).toBe(true);
  });

  it('have a salt each', async () => {
    expect(await hashPassword(PASSWORD)).not.toBe(await hashPassword(PASSWORD));
  });

  it('are verified a bounded number at once: in turn, and beyond that refused', async () => {
    const [passwords, hashed] = [
      await Passwords.open({ maxVerifying: 1, maxWaiting: 2 }),
      await hashPassword(PASSWORD),
    ];
    const asked = [1, 2, 3, 4].map(() => passwords.isRight(PASSWORD, hashed));
    const [first, second, third, fourth] = await Promise.allSettled(asked);
    for (const one of [first, second, third]) expect(one).toEqual({ status: 'fulfilled', value: true });
    expect(fourth).toMatchObject({ reason: { code: 'overloaded', retryAfterMs: 1000 } });
    expect(await passwords.isRight(PASSWORD, hashed)).toBe(true);
  });

  it('that are made are long, and each another one', () => {
    expect(makePassword()).toMatch(/^[\w-]{24}$/);
    expect(makePassword()).not.toBe(makePassword());
  });
});
