import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

export const TRAINING = join(ROOT, 'training');

/** The environment that training/README.md makes, else whatever `python3` is. */
export const PYTHON = existsSync(join(ROOT, '.venv', 'bin', 'python3'))
  ? join(ROOT, '.venv', 'bin', 'python3')
  : 'python3';

/** Why the Python tests cannot run here, or undefined when they can. Tests that need torch say so one by one. */
export function missingForPytest(): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', 'import numpy, pytest, sys; sys.exit(sys.version_info < (3, 11))']);
  return status === 0 ? undefined : 'Python 3.11 with training/requirements-dev.txt is not here';
}
