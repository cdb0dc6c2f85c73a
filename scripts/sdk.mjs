// `npm run sdk`: makes what browsers load of packages/client (dist/browser.mjs), and what is said of its interface:
//
//   packages/client/client.api.md   every exported name with its type, for who reviews a change (API Extractor)
//   docs/sdk-reference.md           the same for who uses it, from the doc comments (TypeDoc)
//
// `--check` says where the two differ from the code, or whether the bundle is too large; `--bundle` makes the bundle only.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, faultsOf } from './sdk/bundle.mjs';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
const isCheck = process.argv.includes('--check');
const isBundle = process.argv.includes('--bundle');

const made = await bundle();
const faults = faultsOf(made);
if (!isCheck) {
  for (const { path, contents } of made.files) write(path, contents);
  const worklet = await import('../packages/client/dist/capture/microphone-worklet.js');
  write('packages/client/dist/microphone-worklet.js', worklet.MICROPHONE_WORKLET);
  console.log(`packages/client/dist/browser.mjs: ${made.gzippedBytes} bytes gzipped`);
}
if (!isBundle) {
  // API Extractor reads the compiled declarations.
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  if (spawnSync(process.execPath, [tsc, '-b', 'packages/client'], { stdio: 'inherit' }).status !== 0) process.exit(1);
  const { apiReport } = await import('./sdk/api-report.mjs');
  const { reference } = await import('./sdk/reference.mjs');
  compare('packages/client/client.api.md', await apiReport());
  compare('docs/sdk-reference.md', await reference());
}
for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);

function compare(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  if (isCheck) faults.push(`${path} differs from the code: run \`npm run sdk\`.`);
  else {
    write(path, text);
    console.log(`wrote ${path}`);
  }
}

function write(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
