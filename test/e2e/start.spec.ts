import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ERRORS, type ErrorCode, errorSpec } from '@rapport-live/protocol';
import { ServiceProcess } from '../support/service-process';

const ROOT = join(__dirname, '../..');
const MODELS = join(ROOT, 'models');

/** The compiled service, started as people start it. */
describe('start', () => {
  let child: ServiceProcess | undefined;
  const folders: string[] = [];

  afterEach(() => child?.remove());
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  /** Ends with the status of the code, one sentence with the fix on standard error, and not a line more. */
  async function expectRefusal(env: Record<string, string>, code: ErrorCode, sentence: RegExp): Promise<void> {
    child = new ServiceProcess({ RAPPORT_WORKERS: '1', ...env });
    const exit = await child.exited;
    expect(child.stderr).toMatch(sentence);
    expect(child.stderr).toMatch(/^rapport: [^\n]+\n$/);
    expect(child.stderr).toContain(`${ERRORS[code].advice} (${code})`);
    expect([exit.code, child.stdout]).toEqual([errorSpec(code).exit, '']);
  }

  it('with the port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expectRefusal({ PORT: String(port) }, 'port_in_use', new RegExp(`Port ${port} on 127.0.0.1 is in use`));
    await new Promise((resolve) => other.close(resolve));
  });

  it.each([
    ['a port that is none', { PORT: 'abc' }, /PORT/],
    ['an unknown log level', { LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    ['a short API key', { RAPPORT_API_KEYS: 'acme:tooshort' }, /key of tenant acme has 8 characters, needs 16/],
    ['a key without a tenant', { RAPPORT_API_KEYS: 'a-key-without-a-tenant' }, /entry 1 needs the form TENANT:KEY/],
  ])('with %s', async (_what, env, sentence) => {
    await expectRefusal(env as Record<string, string>, 'config_invalid', sentence);
    expect(child!.stderr).not.toMatch(/tooshort|a-key-without/);
  });

  it('bug: passed over misspelt settings in silence', async () => {
    child = new ServiceProcess({ RAPPORT_WORKER: '1', PORT: 'abc' });
    expect((await child.exited).code).toBe(errorSpec('config_invalid').exit);
    expect(child.stderr.split('\n')[0]).toMatch(/^rapport: RAPPORT_WORKER is set, .* Did you mean RAPPORT_WORKERS\?$/);
  });

  it('with one byte of a model changed', async () => {
    await expectRefusal(
      { RAPPORT_MODELS_DIR: modelsWith('blazeface-front/model.onnx', flipped) },
      'model_corrupt',
      /blazeface-front.model\.onnx/,
    );
  });

  it('with a manifest that is cut short', async () => {
    await expectRefusal(
      { RAPPORT_MODELS_DIR: modelsWith('fusion/model.json', (bytes) => bytes.subarray(0, bytes.length / 2)) },
      'model_corrupt',
      /fusion/,
    );
  });

  it('without models', async () => {
    await expectRefusal({ RAPPORT_MODELS_DIR: folder() }, 'model_missing', /rapport-models-/);
  });

  it('with a data folder that is a file', async () => {
    const file = join(folder(), 'data');
    writeFileSync(file, '');
    await expectRefusal({ RAPPORT_DATA_DIR: file }, 'data_dir_unusable', /data.outbox: (ENOTDIR|EEXIST)/);
  });

  it('serves until SIGTERM and ends with status 0; a second service keeps off its data folder', async () => {
    const first = new ServiceProcess({ RAPPORT_WORKERS: '1' });
    try {
      const { http } = await first.door();
      const ready = await fetch(`${http}/readyz`);
      expect(ready.status).toBe(200);
      await expectRefusal({ RAPPORT_DATA_DIR: first.dataDir }, 'data_dir_locked', /in use by process \d+/);
      expect(await first.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(first.stderr).toBe('');
      // bugs: the log stayed empty, since Nest was never told to let go what it had collected; SIGTERM ended by the
      // signal itself, so that a clean stop looked like a failure.
      expect(first.stdout).toContain('model serves');
      const levels = first.stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { level: number }).level);
      expect(Math.max(...levels)).toBeLessThanOrEqual(30); // no warning
    } finally {
      await first.remove();
    }
  }, 60_000);

  function folder(): string {
    const made = mkdtempSync(join(tmpdir(), 'rapport-models-'));
    folders.push(made);
    return made;
  }

  /** All models, linked, but for one file that is copied and changed. */
  function modelsWith(name: string, change: (bytes: Buffer) => Buffer): string {
    const made = folder();
    const linkAll = (from: string, to: string, at: string): void => {
      for (const entry of readdirSync(from, { withFileTypes: true })) {
        const [source, target, path] = [join(from, entry.name), join(to, entry.name), join(at, entry.name)];
        if (entry.isDirectory()) {
          mkdirSync(target);
          linkAll(source, target, path);
        } else if (path === join(name)) writeFileSync(target, change(readFileSync(source)));
        else if (entry.name.endsWith('.json')) copyFileSync(source, target);
        else symlinkSync(source, target);
      }
    };
    linkAll(MODELS, made, '');
    return made;
  }
});

function flipped(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed[changed.length >> 1]! ^= 1;
  return changed;
}

test.each([
  ['18.20.4', false],
  ['20.10.0', false],
  ['20.11.0', true],
  ['22.1.0', true],
])('`npm start` on Node %s: %s', (version, fits) => {
  const script = `
    Object.defineProperty(process.versions, 'node', { value: '${version}' });
    const { requireNode } = await import('./scripts/setup.mjs');
    requireNode();`;
  const { status, stderr, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const refusal = `rapport: Node ${version} is too old. Install Node 20.11 or newer.\n`;
  expect({ status, stderr, stdout }).toEqual({ status: fits ? 0 : 2, stderr: fits ? '' : refusal, stdout: '' });
});
