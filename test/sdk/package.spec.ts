import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as source from '@rapport-live/client';
import { ERRORS, type ErrorSpec } from '@rapport-live/protocol';

const ROOT = join(__dirname, '../..');

/** As users have it: by name, compiled. */
const run = (kind: 'commonjs' | 'module', code: string): string =>
  execFileSync(process.execPath, [`--input-type=${kind}`, '-e', code], { cwd: ROOT, encoding: 'utf8' }).trim();

interface Bundle {
  readonly gzippedBytes: number;
  readonly inputs: readonly string[];
  readonly faults: readonly string[];
  readonly code: string;
}

describe('the package @rapport-live/client', () => {
  const names = JSON.stringify(Object.keys(source).sort());
  const keys = 'console.log(JSON.stringify(Object.keys(all).sort()))';

  it('gives the same names by import, by require, and to browsers', () => {
    expect(run('commonjs', `const all = require('@rapport-live/client'); ${keys}`)).toBe(names);
    expect(run('module', `import * as all from '@rapport-live/client'; ${keys}`)).toBe(names);
    execFileSync(process.execPath, ['scripts/sdk.mjs', '--bundle'], { cwd: ROOT });
    expect(run('module', `import * as all from './packages/client/dist/browser.mjs'; ${keys}`)).toBe(names);
  });

  it('has its errors once for import and require', () => {
    const code = `import { createRequire } from 'node:module';
      import { connect, RapportError } from '@rapport-live/client';
      const { RapportError: Required } = createRequire(import.meta.url)('@rapport-live/client');
      const failure = await connect({ url: 'ws://127.0.0.1:1/', apiKey: 'key', signal: AbortSignal.abort(new RapportError('session_over', 'no')) }).catch((error) => error);
      console.log(failure instanceof RapportError, failure instanceof Required);`;
    expect(run('module', code)).toBe('true true');
  });

  it('is small in browsers: no zod, no ws, nothing of FFmpeg, under 15 kB', () => {
    const code = `import { bundle, faultsOf } from './scripts/sdk/bundle.mjs';
      const made = await bundle();
      const code = Buffer.from(made.files.find(({ path }) => path.endsWith('browser.mjs')).contents).toString();
      console.log(JSON.stringify({ ...made, files: undefined, faults: faultsOf(made), code }));`;
    const { gzippedBytes, inputs, faults, code: browser } = JSON.parse(run('module', code)) as Bundle;
    expect(faults).toEqual([]);
    expect(gzippedBytes).toBeLessThan(15_000);
    expect(inputs).toContain('packages/client/src/web-transport.ts');
    expect(inputs.filter((path) => /zod|ws-transport|node_modules/.test(path))).toEqual([]);
    expect(browser).not.toMatch(/import\s*[{*\w]|require\(/); // what it loads, it loads when it is wanted
    expect(browser).toContain('import("./browser-file.mjs")');
    // of the list of errors what can reach a page, and what the client says itself
    for (const { advice, close, http, exit, client } of Object.values<ErrorSpec>(ERRORS)) {
      if (close !== undefined || (http ?? exit ?? client) === undefined) expect(browser).toContain(advice);
    }
    for (const code of ['media_denied', 'ffmpeg_unavailable', 'buffer_full', 'session_over', 'rate_limited'] as const) {
      expect(browser).toContain(ERRORS[code].advice);
    }
    for (const code of ['model_missing', 'intent_name', 'kafka_unavailable'] as const) {
      expect(browser).not.toContain(ERRORS[code].advice);
    }
    const faultsOf = `import { faultsOf } from './scripts/sdk/bundle.mjs';
      console.log(faultsOf({ inputs: ['node_modules/zod/index.js'], gzippedBytes: 15_001 }).length)`;
    expect(run('module', faultsOf)).toBe('2');
  });

  it('names FFmpeg as what a user may install, and brings none of it', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'packages/client/package.json'), 'utf8'));
    expect(Object.keys(manifest.dependencies)).toEqual(['@rapport-live/protocol', 'ws']);
    expect(Object.keys(manifest.peerDependenciesMeta)).toEqual(Object.keys(manifest.peerDependencies));
    expect(manifest.peerDependenciesMeta).toMatchObject({ '@ffmpeg/ffmpeg': { optional: true } });
  });
});
