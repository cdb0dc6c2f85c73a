import { createHash } from 'node:crypto';
import { readConfig } from '../../src/config/config';
import { rapport } from './command-line';

jest.setTimeout(60_000);

describe('rapport keys new', () => {
  it('makes a key, whose hash is what the settings take', async () => {
    const { code, stdout, stderr } = await rapport([
      'keys',
      'new',
      'acme',
      '--scopes',
      'ingest,admin',
      '--name',
      'desk',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const [key] = /\brapport_[\w-]{43}\b/.exec(stdout)!;
    const sha256 = createHash('sha256').update(key).digest('hex');
    const [entry] = /acme:sha256:\S+/.exec(stdout)!;
    expect(readConfig({ RAPPORT_API_KEYS: entry }).apiKeys).toEqual([
      { tenant: 'acme', sha256, scopes: ['ingest', 'admin'] },
    ]);
    expect(JSON.parse(/\{.*\}/.exec(stdout)![0])).toEqual({
      ...{ tenant: 'acme', name: 'desk', sha256, scopes: ['ingest', 'admin'] },
    });
    expect(stdout.split(key)).toHaveLength(2);
    expect((await rapport(['keys', 'new', 'acme'])).stdout).not.toContain(key);
  });

  it.each([
    [[], /needs the TENANT/],
    [['Acme Inc'], /"Acme Inc" is no tenant/],
    [['acme', 'globex'], /not also "globex"/],
    [['acme', '--scopes', 'root'], /--scopes has "root": use ingest, monitor, search, admin/],
  ])('refuses %j', async (args, sentence) => {
    const { code, stdout, stderr } = await rapport(['keys', 'new', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(sentence);
  });
});
