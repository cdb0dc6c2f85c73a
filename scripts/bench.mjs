// `npm run bench`: measures speed side by side on this machine and keeps the figures. Let nothing else run beside it.
import { spawnSync } from 'node:child_process';
import { prepare, root } from './setup.mjs';

prepare();
const { status } = spawnSync(process.execPath, ['bench/overhead.mjs', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
