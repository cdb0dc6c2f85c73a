import { cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorSpec, RapportError } from '@rapport-live/protocol';
import { loadManifests } from '../../src/models/runtime/model-folder';
import { MODELS_DIR } from './models-dir';

describe('the model folders', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'rapport-models-'));
    await cp(MODELS_DIR, dir, { recursive: true, filter: (path) => !path.includes('fixtures') });
  });
  afterEach(() => rm(dir, { recursive: true }));

  const failure = async () => {
    const error = await loadManifests(dir).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(RapportError);
    return error as RapportError;
  };

  it('load as they are, one for each task', async () => {
    const models = await loadManifests(dir);
    expect(Object.values(models).map(({ manifest }) => manifest.task)).toHaveLength(6);
    expect(models.fusion.manifest.labels).toHaveLength(7);
  });

  it('are corrupt when one byte of a file differs, which is named', async () => {
    const path = join(dir, 'fernet', 'model.onnx');
    const file = await open(path, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 5000);
    await file.write(Buffer.of((byte[0] as number) ^ 1), 0, 1, 5000);
    await file.close();
    const error = await failure();
    expect(error.code).toBe('model_corrupt');
    expect(error.message).toContain(path);
    expect(error.advice).toBe(errorSpec('model_corrupt').advice);
  });

  it('are corrupt when a file is cut short', async () => {
    const path = join(dir, 'text-minilm', 'tokenizer.json');
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    expect(await failure()).toMatchObject({
      code: 'model_corrupt',
      message: expect.stringContaining(`${path} has 100`),
    });
  });

  it('are corrupt when a manifest is no manifest, and the field is named', async () => {
    const path = join(dir, 'fusion', 'model.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    delete manifest.parameters.maxVoiceTokens;
    await writeFile(path, JSON.stringify(manifest));
    const error = await failure();
    expect(error.code).toBe('model_corrupt');
    expect(error.message).toContain('maxVoiceTokens');
    await writeFile(path, '{');
    expect(await failure()).toMatchObject({ code: 'model_corrupt', message: `${path} is not JSON` });
  });

  it.each(['whisper-base/decoder.int8.onnx', 'silero-vad/model.json', 'blazeface-front/golden.npz'])(
    'are missing when %s is not there',
    async (name) => {
      await rm(join(dir, name));
      expect(await failure()).toMatchObject({
        code: 'model_missing',
        message: expect.stringContaining(join(dir, name)),
      });
    },
  );

  it('are missing when a task has no model, or the folder is not there', async () => {
    await rm(join(dir, 'fernet'), { recursive: true });
    expect(await failure()).toMatchObject({ code: 'model_missing', message: expect.stringContaining('expression') });
    dir = join(dir, 'nowhere');
    expect(await failure()).toMatchObject({ code: 'model_missing', message: expect.stringContaining(dir) });
    dir = join(dir, '..');
  });
});
