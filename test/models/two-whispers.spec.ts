import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkerPool } from '../../src/models/runtime/worker-pool';
import { MODELS_DIR } from './models-dir';
import { SPEECH } from './sound-fixture';

/** The repository's models by links, the manifest of Whisper changed: no weights are copied. */
function modelsWith(
  change: (manifest: { graphs: Record<string, unknown>; parameters: Record<string, unknown> }) => void,
) {
  const dir = mkdtempSync(join(tmpdir(), 'rapport-models-'));
  for (const model of readdirSync(MODELS_DIR, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    mkdirSync(join(dir, model.name));
    for (const file of readdirSync(join(MODELS_DIR, model.name))) {
      symlinkSync(join(MODELS_DIR, model.name, file), join(dir, model.name, file));
    }
  }
  const file = join(dir, 'whisper-base', 'model.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  change(manifest);
  rmSync(file);
  writeFileSync(file, JSON.stringify(manifest));
  return dir;
}

describe('a speech model with a graph of its own for emotion', () => {
  const pcm = SPEECH.pcm.slice(16_000, 4 * 16_000);
  const options = { sessionId: 'session', jobClass: 'assessment' } as const;

  it('takes the voice tokens from it, in its width, and the transcript from the others', async () => {
    const dir = modelsWith(({ graphs, parameters }) => {
      graphs['emotion'] = graphs['encoder'];
      parameters['emotionWidth'] = 512;
    });
    const [one, two] = await Promise.all(
      [MODELS_DIR, dir].map((modelsDir) => WorkerPool.start({ modelsDir, workers: 1 })),
    );
    const tokens = await Promise.all([one!, two!].map((pool) => pool.submit('voice-tokens', { pcm }, options)));
    const said = await two!.submit('transcript', { pcm: SPEECH.pcm, language: 'en' }, options);
    await Promise.all([one!.close(), two!.close()]);
    rmSync(dir, { recursive: true });
    expect(tokens[1]!.output).toEqual(tokens[0]!.output);
    expect(tokens[1]!.output.width).toBe(512);
    expect(said.output.text).toBe(SPEECH.text);
  }, 60_000);
});
