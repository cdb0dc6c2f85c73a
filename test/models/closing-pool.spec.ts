import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { MODELS_DIR } from './models-dir';

/** Bug: a worker that had not ended 5 s after the pool was closed was terminated, which aborts the process while a graph runs. */
it('waits for a graph that runs when the pool closes, and the process ends well', () => {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, 'closing-pool.cjs'), MODELS_DIR],
    { encoding: 'utf8', timeout: 80_000 },
  );
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  expect(stdout.trim()).toBe('done');
}, 90_000);
