import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Passwords } from '../../src/gateway/auth/people/passwords';
import { UserFile } from '../../src/gateway/auth/people/user-file';
import { rapport } from './command-line';

jest.setTimeout(60_000);

describe('rapport users', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-users-'));
  afterAll(() => rmSync(dataDir, { recursive: true }));
  const users = (args: string[], answers?: string) =>
    rapport(['users', ...args], { RAPPORT_DATA_DIR: dataDir }, answers);

  it('adds, lists, changes and removes people; a password is shown once and kept as a hash', async () => {
    const added = await users(['add', 'Mia', '--role', 'supervisor', '--teams', 'sales, billing']);
    expect([added.code, added.stderr]).toEqual([0, '']);
    expect(added.stdout).toContain('mia may log in as supervisor of the tenant development.');
    const made = /shown this once: (\S{24})\n/.exec(added.stdout)![1]!;
    const kept = readFileSync(join(dataDir, 'people/users.json'), 'utf8');
    expect(kept).not.toContain(made);
    const read = async () => (await new UserFile(dataDir).read())[0]!;
    const passwords = await Passwords.open();
    expect(await passwords.isRight(made, (await read()).password)).toBe(true);

    const listed = (await users(['list'])).stdout;
    expect(listed).toMatch(/mia +development +supervisor +sales, billing/);
    expect(listed).not.toContain('argon2');

    const changed = await users(['password', 'mia', '--stdin'], 'a password of her own\n');
    expect([changed.code, changed.stdout]).toEqual([0, 'mia has a new password.\n']);
    expect(await passwords.isRight('a password of her own', (await read()).password)).toBe(true);

    expect((await users(['add', 'mia', '--role', 'admin'])).stderr).toMatch(
      /There is a user mia: `users password mia`/,
    );
    expect((await users(['remove', 'mia'])).code).toBe(0);
    expect((await users(['list'])).stdout).toBe('None.\n');
  });

  it.each([
    [['add', 'mia'], /needs --role: supervisor, analyst, admin/, 2],
    [['add', 'mia max', '--role', 'admin'], /"mia max" is no name to log in with/, 2],
    [['add', 'mia', '--role', 'admin', '--teams', 'a'], /--teams does not go with --role admin/, 2],
    [['add', 'mia', '--role', 'analyst', '--stdin'], /has 5 characters, it needs 15 to 256/, 1],
    [['remove', 'nobody'], /There is no user nobody/, 1],
  ])('refuses %j', async (args, sentence, exit) => {
    const { code, stdout, stderr } = await users(args, 'short');
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toMatch(sentence);
  });
});
