// `npm test`: sets up what is missing, builds (worker threads and child processes need compiled code), runs jest.
// Ends with the plain line `N passed, N failed, N skipped`. Arguments go to jest: `npm test -- src/streams`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { prepare, root } from './setup.mjs';

prepare();
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const { status } = spawnSync(process.execPath, [jest, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
