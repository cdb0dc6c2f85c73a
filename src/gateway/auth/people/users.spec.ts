import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type User, UserFile } from './user-file';
import { Users } from './users';

const MIA: User = {
  ...{ name: 'mia', tenant: 'acme', role: 'supervisor', teams: ['sales'] },
  ...{ password: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA', changedAt: '2026-01-01T00:00:00Z' },
};

describe('the file of users', () => {
  let dataDir: string;
  beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'rapport-users-'))));
  afterEach(() => rmSync(dataDir, { recursive: true }));
  const write = (text: string): void => {
    mkdirSync(join(dataDir, 'people'), { recursive: true });
    writeFileSync(join(dataDir, 'people/users.json'), text);
  };

  it('keeps what it is given, for its own user alone, and leaves nothing else', async () => {
    const file = new UserFile(dataDir);
    expect(await file.read()).toEqual([]);
    await file.change(() => [MIA]);
    await file.change((users) => [...users, { ...MIA, name: 'max', teams: 'all' }]);
    expect((await new UserFile(dataDir).read()).map(({ name }) => name)).toEqual(['mia', 'max']);
    expect(readdirSync(join(dataDir, 'people'))).toEqual(['users.json']);
    if (process.platform !== 'win32') expect(statSync(join(dataDir, 'people')).mode & 0o777).toBe(0o700);
  });

  it('is changed by one at a time, and by nobody where a change is refused', async () => {
    const file = new UserFile(dataDir);
    await file.change(() => [MIA]);
    const refused = file.change(() => {
      throw new Error('no');
    });
    await expect(refused).rejects.toThrow('no');
    expect(await file.read()).toEqual([MIA]);
    await file.change(() => []);
    expect(await file.read()).toEqual([]);
  });

  it.each([
    ['no JSON', '{"format":1,"users":['],
    ['another version', '{"format":2,"users":[]}'],
    ['a role that is none', JSON.stringify({ format: 1, users: [{ ...MIA, role: 'root' }] })],
    ['a password in the clear', JSON.stringify({ format: 1, users: [{ ...MIA, password: 'hunter2' }] })],
  ])('with %s stops the start, without a word of it', async (_what, text) => {
    write(text);
    const opened = Users.open(
      new UserFile(dataDir),
      () => 0,
      () => {},
    );
    const error: Error = await opened.then(
      () => new Error('it was taken'),
      (fault: Error) => fault,
    );
    expect(error).toMatchObject({ code: 'data_format', message: expect.stringContaining('users.json') });
    expect(String(error)).not.toContain('hunter2');
  });

  it('that is broken while the service runs leaves those known before, and is told once', async () => {
    const file = new UserFile(dataDir);
    await file.change(() => [MIA]);
    const faults: unknown[] = [];
    const users = await Users.open(
      file,
      () => 0,
      (error) => faults.push(error),
    );
    write('broken');
    for (let i = 0; i < 3; i += 1) await users.fresh(0);
    expect([users.count, users.find('mia')?.role, faults.length]).toEqual([1, 'supervisor', 1]);
    await file.change(() => [MIA]).catch(() => {});
    expect(faults).toEqual([expect.objectContaining({ code: 'data_format' })]);
  });
});
