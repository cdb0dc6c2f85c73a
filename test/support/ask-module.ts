import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What a module prints as JSON. The benches are ES modules, which Jest does not load: each question has a process. */
export function ask<T>(code: string): T {
  const root = join(__dirname, '..', '..');
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}
