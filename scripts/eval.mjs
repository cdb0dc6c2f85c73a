// `npm run eval -- TASK...`: test data through the path that serves, to docs/figures. training/README.md says what data.
import { spawnSync } from 'node:child_process';
import { prepare, root } from './setup.mjs';

prepare();
const { status } = spawnSync(process.execPath, ['dist/eval/main.js', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
