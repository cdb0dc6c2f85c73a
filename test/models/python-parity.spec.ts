import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { readNpz } from '../../src/models/runtime/npz';
import { PYTHON, TRAINING } from '../training/python';
import { MODELS_DIR } from './models-dir';

/** The version of the Node package: another one may round otherwise. */
const ONNXRUNTIME = '1.30.0';
const GREATEST_DIFFERENCE = 1e-3;

const python = spawnSync(PYTHON, ['-c', 'import numpy, onnxruntime; print(onnxruntime.__version__)'], {
  encoding: 'utf8',
});
const missing =
  python.status !== 0
    ? 'python3 with onnxruntime and numpy is not here'
    : python.stdout.trim() !== ONNXRUNTIME
      ? `python3 has onnxruntime ${python.stdout.trim()}, not ${ONNXRUNTIME}`
      : undefined;

(missing ? describe.skip : describe)(
  `the golden cases in Python and in Node${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    it(`differ by less than ${GREATEST_DIFFERENCE}`, async () => {
      const dir = mkdtempSync(join(tmpdir(), 'rapport-parity-'));
      const file = join(dir, 'python.npz');
      const run = spawnSync(PYTHON, ['-m', 'convert.run_golden', MODELS_DIR, file], {
        cwd: TRAINING,
        encoding: 'utf8',
      });
      expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
      const inPython = readNpz(readFileSync(file));
      rmSync(dir, { recursive: true });

      const worker = new Worker(join(__dirname, 'golden-outputs.cjs'), { workerData: { modelsDir: MODELS_DIR } });
      const [inNode] = (await once(worker, 'message')) as [Map<string, Float32Array>];
      expect([...inNode.keys()].sort()).toEqual([...inPython.keys()].sort());
      const worst = [...inPython].map(([name, { data }]) => {
        const own = inNode.get(name)!;
        expect(own).toHaveLength(data.length);
        return { name, difference: data.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i]!)), 0) };
      });
      expect(worst.filter(({ difference }) => !(difference < GREATEST_DIFFERENCE))).toEqual([]);
    }, 60_000);
  },
);
