import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCOPES } from '@rapport-live/protocol';
import { type RunningService, startService } from '../support/service';
import { type Ran, rapport } from './command-line';

jest.setTimeout(60_000);

const KEYS = [
  { tenant: 'acme', key: 'key-of-acme-0123456789', scopes: SCOPES },
  { tenant: 'globex', key: 'key-of-globex-0123456789', scopes: SCOPES },
];
const MENU = ['Do you have the vegan menu', 'Have you got a vegan menu', 'Is there a vegan menu', 'Show me a vegan menu', 'I want a vegan menu']; // prettier-ignore
const MIXED = ['my blue shoes fell apart after one short week', 'where did seven late trains go from here', 'nobody answers when people ring that small shop', 'please sing louder than every dog outside tonight', 'his uncle bought green paint for our garden']; // prettier-ignore

/** The commands against the real service; its models are scripted. */
describe('rapport intents', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-cli-'));
  let service: RunningService;
  beforeAll(async () => (service = await startService({ apiKeys: KEYS })));
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string, text: string | Uint8Array): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const menu = file('menu.txt', `\ufeff${MENU.join('\r\n')}\r\n`);
  const run = (args: readonly string[], answers?: string, tenant = 'acme'): Promise<Ran> =>
    rapport(
      ['intents', ...args, '--url', service.http, '--tenant', tenant],
      { RAPPORT_API_KEYS: KEYS.map((k) => `${k.tenant}:${k.key}`).join(',') },
      answers,
    );

  it('shows the effect, asks, puts live, lists and removes', async () => {
    const tested = await run(['test', 'ask_for_menu', '--examples', menu]);
    expect(tested).toMatchObject({ code: 0, stderr: '' });
    expect(tested.stdout).toMatch(
      /^ *1 +(?:out of scope|\w+) +right +0\.\d\d +\w+ -?0\.\d\d +Do you have the vegan menu$/m,
    );
    expect(tested.stdout).toMatch(/^5 of 5 examples are told right\.$/m);
    expect(tested.stdout).toMatch(/^Recommended\.$/m);

    const asked = await run(['add', 'ask_for_menu', '--examples', menu]);
    expect(asked.stdout).toBe(`${tested.stdout}\n`);
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringMatching(/live\? \[y\/N\] \n.*nothing has changed/) });
    expect((await run(['add', 'ask_for_menu', '--examples', menu], 'no\n')).code).toBe(1);
    expect((await run(['list'])).stdout).toContain('No intents of your own.');

    const added = await run(['add', 'ask_for_menu', '--examples', menu], 'y\n');
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('ask_for_menu is live: open sessions') });
    const again = await run(['add', 'ask_for_menu', '--examples', menu, '--yes']);
    expect(again).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('in place of the one before') });
    const listed = await run(['list']);
    expect(listed.stdout).toMatch(/^ask_for_menu +5 +100 % +\d{4}-/m);
    expect(listed.stdout).toMatch(/^Default intents: .*get_refund/m);
    expect((await run(['list'], undefined, 'globex')).stdout).toContain('No intents of your own.');

    expect(await run(['remove', 'ask_for_menu'])).toMatchObject({ code: 0, stdout: 'ask_for_menu is removed.\n' });
    const gone = await run(['remove', 'ask_for_menu']);
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringMatching(/^rapport: .*\(intent_unknown\)\n$/) });
  });

  it('says what speaks against an intent, and takes it by force alone', async () => {
    const mixed = file('mixed.txt', MIXED.join('\n'));
    const tested = await run(['test', 'mixed', '--examples', mixed]);
    expect(tested).toMatchObject({ code: 1, stdout: expect.stringMatching(/^Not recommended: \d of 5 examples/m) });
    const refused = await run(['add', 'mixed', '--examples', mixed, '--yes']);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('mixed is not live: change the examples'),
    });
    expect(await run(['add', 'mixed', '--examples', mixed, '--yes', '--force'])).toMatchObject({ code: 0 });
  });

  it.each<[string, string[], number, RegExp]>([
    ['an empty line', ['test', 'menu', '--examples', file('hole.txt', [...MENU.slice(0, 2), '', ...MENU].join('\n'))], 1, /Example 3 is empty\. Example 4 says the same as example 1\..*\(intent_examples\)/],
    ['an empty file', ['test', 'menu', '--examples', file('empty.txt', '\n\n')], 1, /has 0 examples, needs 5.*\(intent_examples\)/],
    ['no file', ['test', 'menu', '--examples', join(folder, 'none.txt')], 1, /none\.txt cannot be read \(ENOENT\)/],
    ['a folder', ['test', 'menu', '--examples', folder], 1, /cannot be read \(EISDIR\)/],
    ['no UTF-8', ['test', 'menu', '--examples', file('latin.txt', Uint8Array.of(0xe9, 0x0a))], 1, /latin\.txt is not text in UTF-8/],
    ['a film', ['test', 'menu', '--examples', file('film.txt', new Uint8Array(200_001))], 1, /has 200001 bytes, at most 200000/],
    ['a default name', ['add', 'get_refund', '--examples', menu], 1, /\(intent_name\)/],
    ['no name', ['add', '--examples', menu], 2, /intents add needs the NAME/],
    ['two names', ['add', 'a', 'b', '--examples', menu], 2, /not also "b"/],
    ['no examples', ['add', 'menu'], 2, /needs --examples FILE/],
    ['a key that is none', ['list', '--key', 'wrong'], 1, /\(unauthorized\)/],
  ])('%s: one sentence', async (_what, args, code, sentence) => {
    const ran = await run(args);
    expect(ran.stderr).toMatch(sentence);
    expect(ran.stderr).toMatch(/^rapport: [^\n]+\n$/);
    expect(ran.code).toBe(code);
  }); // prettier-ignore

  it('says which tenants there are, and that no service runs', async () => {
    const keys = { RAPPORT_API_KEYS: KEYS.map((k) => `${k.tenant}:${k.key}`).join(',') };
    const which = await rapport(['intents', 'list'], keys);
    expect(which).toMatchObject({ code: 2, stderr: expect.stringContaining('the tenants acme, globex: add --tenant') });
    const nobody = await rapport(['intents', 'list', '--tenant', 'umbrella'], keys);
    expect(nobody).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no key of tenant umbrella, but of acme'),
    });

    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await new Promise((resolve) => other.close(resolve));
    const none = await rapport(['intents', 'list'], { PORT: String(port) });
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/^rapport: No service answers at \S+ \(ECONNREFUSED\): start it with `npm start`/);
  });
});
