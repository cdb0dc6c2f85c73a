import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as source from '@rapport-live/consumer';

const ROOT = join(__dirname, '../..');

/** As users have it: by name, compiled. */
const run = (kind: 'commonjs' | 'module', code: string, cwd = ROOT): string =>
  execFileSync(process.execPath, [`--input-type=${kind}`, '-e', code], { cwd, encoding: 'utf8' }).trim();

describe('the package @rapport-live/consumer', () => {
  const names = JSON.stringify(Object.keys(source).sort());

  it('gives the same names by import and by require', () => {
    const required = "console.log(JSON.stringify(Object.keys(require('@rapport-live/consumer')).sort()))";
    const imported =
      "import * as all from '@rapport-live/consumer'; console.log(JSON.stringify(Object.keys(all).sort()))";
    expect(run('commonjs', required)).toBe(names);
    expect(run('module', imported)).toBe(names);
  });

  it('has its errors once for both', () => {
    const code = `import { createRequire } from 'node:module';
      import { RapportConsumer, RapportError } from '@rapport-live/consumer';
      const { RapportError: Required } = createRequire(import.meta.url)('@rapport-live/consumer');
      try { new RapportConsumer({ brokers: [], groupId: 'g' }); }
      catch (error) { console.log(error instanceof RapportError, error instanceof Required, error.code); }`;
    expect(run('module', code)).toBe('true true consumer_options');
  });

  describe('packed, in a folder of its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-packed-'));
    const modules = join(folder, 'node_modules');
    beforeAll(() => {
      // by the command of docs/consumer.md
      const doc = readFileSync(join(ROOT, 'docs/consumer.md'), 'utf8');
      const [, pack] = /^npm (pack .+)$/m.exec(doc)!;
      execFileSync('npm', [...pack!.split(' '), '--pack-destination', folder], { cwd: ROOT, stdio: 'ignore' });
      for (const packed of readdirSync(folder).filter((name) => name.endsWith('.tgz'))) {
        const to = join(modules, '@rapport-live', /^rapport-live-(\w+)-/.exec(packed)![1]!);
        mkdirSync(to, { recursive: true });
        execFileSync('tar', ['-xzf', join(folder, packed), '-C', to, '--strip-components=1']);
      }
      // what npm would fetch beside them: what their manifests ask for, and types of Node
      const wanted = ['protocol', 'consumer'].flatMap((name) => {
        const manifest = readFileSync(join(modules, '@rapport-live', name, 'package.json'), 'utf8');
        return Object.keys((JSON.parse(manifest) as { dependencies: object }).dependencies);
      });
      for (const name of [...wanted, '@types/node'].filter((one) => !one.startsWith('@rapport-live/'))) {
        mkdirSync(dirname(join(modules, name)), { recursive: true });
        symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
      }
    }, 60_000);
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it('loads both ways, and has no test in it', () => {
      const code = 'console.log(JSON.stringify(Object.keys(all).sort()))';
      expect(run('commonjs', `const all = require('@rapport-live/consumer'); ${code}`, folder)).toBe(names);
      expect(run('module', `import * as all from '@rapport-live/consumer'; ${code}`, folder)).toBe(names);
      const files = readdirSync(join(modules, '@rapport-live'), { recursive: true }).map(String);
      expect(files).toContain(join('protocol', 'schemas', 'rapport.window.assessed', 'v1.avsc'));
      expect(files.filter((name) => /\.spec\.|tsbuildinfo|(^|\/)(src|test)\//.test(name))).toEqual([]);
    });

    it('has the types that the beginning of docs/consumer.md is written by', () => {
      const [, example] = /```ts\n([\s\S]+?)```/.exec(readFileSync(join(ROOT, 'docs/consumer.md'), 'utf8'))!;
      writeFileSync(join(folder, 'example.mts'), example!);
      const tsc = (file: string): string => {
        const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', file];
        try {
          return execFileSync(join(ROOT, 'node_modules/.bin/tsc'), args, { cwd: folder, encoding: 'utf8' });
        } catch (error) {
          return (error as { stdout: string }).stdout;
        }
      };
      expect(tsc('example.mts')).toBe('');
    }, 60_000);
  });
});
