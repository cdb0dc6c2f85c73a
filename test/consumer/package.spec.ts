import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import * as source from '@rapport-live/consumer';

/** As users have it: by name, compiled. */
const run = (kind: 'commonjs' | 'module', code: string): string =>
  execFileSync(process.execPath, [`--input-type=${kind}`, '-e', code], {
    cwd: join(__dirname, '../..'),
    encoding: 'utf8',
  }).trim();

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
});
