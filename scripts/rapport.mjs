// `npm run rapport -- COMMAND`: the command line. Sets up and builds what is missing, without a word unless it fails:
// standard output belongs to the command.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fail, installIfNeeded, requireNode, root } from './setup.mjs';

console.log = console.error;
requireNode();
installIfNeeded();
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const built = spawnSync(process.execPath, [tsc, '-b', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
if (built.status !== 0) {
  console.error(built.stdout || built.error?.message);
  fail('The build failed. See the lines above.');
}

// npm runs scripts in the repository; names on the command line are meant from where npm was called.
const folder = process.env.INIT_CWD ?? process.cwd();
process.chdir(root);
const { run } = createRequire(import.meta.url)('../dist/cli/main.js');
process.exitCode = await run(process.argv.slice(2), folder);
