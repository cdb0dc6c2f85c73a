import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildForBrowsers } from '../support/sdk-page';

jest.setTimeout(120_000);

const ROOT = join(__dirname, '../..');
/** What npm would bring along: dependencies of the two packages, and nothing else of this repository. */
const DEPENDENCIES = ['ws', 'zod'];

/** What a user writes; the last call names no event, so its types are looked at, too. */
const TYPED = `
  import { connect, type ConnectOptions, type EventOf, RapportError, type RapportSession } from '@rapport-live/client';
  const options: ConnectOptions = { url: 'wss://voice.example.com/v1/stream', token: async () => 'token' };
  export type Ended = EventOf<'rapport.session.ended'>['data']['reason'];
  export async function call(signal: AbortSignal): Promise<string | undefined> {
    const session: RapportSession = await connect({ ...options, signal });
    session.on('rapport.transcript.final', ({ data }) => data.text.toUpperCase());
    // @ts-expect-error there is no such event
    session.on('rapport.nothing', () => {});
    for await (const message of session) if (message.type === 'result') return message.event.type;
    return session.sendChat('hello').catch((error) => (error instanceof RapportError ? error.code : undefined)) as never;
  }
`;

describe('the client as it is packed, in a folder of somebody else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-packed-'));
  const modules = join(folder, 'node_modules');
  const run = (file: string, code: string, ...options: string[]): string => {
    writeFileSync(join(folder, file), code);
    return execFileSync(process.execPath, [...options, file], { cwd: folder, encoding: 'utf8' }).trim();
  };

  beforeAll(() => {
    buildForBrowsers();
    for (const name of ['protocol', 'client']) {
      const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
      const options = { cwd: join(ROOT, 'packages', name), encoding: 'utf8' } as const;
      const [{ filename }] = JSON.parse(execFileSync('npm', args, options)) as [{ filename: string }];
      const into = join(modules, '@rapport-live', name);
      mkdirSync(into, { recursive: true });
      execFileSync('tar', ['-xzf', join(folder, filename), '-C', into, '--strip-components', '1']);
    }
    for (const name of DEPENDENCIES) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is there for import and for require, and says why there is no session', () => {
    // nothing listens at port 1 (tcpmux)
    const tries = `connect({ url: 'ws://127.0.0.1:1/v1/stream', apiKey: 'key' }).catch((error) =>
      console.log(error instanceof RapportError, error.code, error.cause.code));`;
    const said = 'true connection_lost ECONNREFUSED';
    expect(run('a.mjs', `import { connect, RapportError } from '@rapport-live/client'; ${tries}`)).toBe(said);
    expect(run('b.cjs', `const { connect, RapportError } = require('@rapport-live/client'); ${tries}`)).toBe(said);
  });

  it('gives bundlers of pages the file without dependencies', () => {
    const code = `import { createRequire } from 'node:module';
      const all = await import('@rapport-live/client');
      const { cache } = createRequire(import.meta.url);
      console.log(typeof all.connect, typeof all.analyzeFile, import.meta.resolve('@rapport-live/client').split('/').pop(),
        Object.keys(cache).length);`;
    expect(run('page.mjs', code, '--conditions=browser')).toBe('function function browser.mjs 0');
  });

  it("bug: its types did not compile where libraries are checked, which is the compiler's default", () => {
    const files = ['typed.mts', 'typed.cts'];
    for (const file of files) writeFileSync(join(folder, file), TYPED);
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: false, types: [], module: 'nodenext', target: 'es2022' },
      lib: ['es2022', 'dom', 'dom.asynciterable'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    let faults = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    } catch (error) {
      faults = (error as { stdout: string }).stdout;
    }
    expect(faults).toBe('');
  });
});
