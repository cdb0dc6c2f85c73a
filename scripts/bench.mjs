// `npm run bench` and its like: measures side by side on this machine and keeps the figures. Let nothing else run beside it.
import { spawnSync } from 'node:child_process';
import { prepare, root } from './setup.mjs';

const BENCHES = [
  'overhead',
  'load',
  'capacity',
  'decode',
  'hour',
  'assessment',
  'door',
  'doors',
  'resume',
  'outbox',
  'consumer',
  'kafka',
  'sdk',
  'wall',
];
const named = BENCHES.includes(process.argv[2]);
const bench = named ? process.argv[2] : BENCHES[0];

prepare();
const { status } = spawnSync(process.execPath, [`bench/${bench}.mjs`, ...process.argv.slice(named ? 3 : 2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
