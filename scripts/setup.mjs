// What `npm start` and `npm test` share: the right Node, dependencies when missing, a build when stale.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const MIN_NODE = [20, 11];

/** Ends the process with one sentence and its fix. */
export function fail(sentence, status = 1) {
  console.error(`rapport: ${sentence}`);
  process.exit(status);
}

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return;
  fail(`Node ${process.versions.node} is too old. Install Node ${MIN_NODE.join('.')} or newer.`, 2);
}

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) fail(`${command} could not be started: ${error.message}.`);
  return status === 0;
}

/** npm leaves this file behind when an install is complete. */
const installed = join(root, 'node_modules', '.package-lock.json');

export function installIfNeeded() {
  const lock = join(root, 'package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing dependencies (about a minute, once) ...');
  if (!run('npm', ['ci'], { shell: process.platform === 'win32' })) {
    fail('The dependencies could not be installed. See the lines above, then run the command again.');
  }
}

export function build() {
  console.log('Building ...');
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const isBuilt =
    run(process.execPath, [tsc, '-b', 'tsconfig.build.json']) && run(process.execPath, ['scripts/web.mjs']);
  if (!isBuilt) fail('The build failed. See the lines above.');
}

export function prepare() {
  requireNode();
  installIfNeeded();
  build();
}
