import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '../../src/models/encoders/tokenizer';
import { loadManifests, type ModelSet } from '../../src/models/runtime/model-folder';
import { readNpz } from '../../src/models/runtime/npz';
import { MODELS_DIR } from './models-dir';

describe('the tokenizers of the model folders', () => {
  let models: ModelSet;
  beforeAll(async () => {
    models = await loadManifests(MODELS_DIR);
  });

  it('give the ids of every golden text', async () => {
    const { path, manifest } = models.text;
    const tokenizer = await Tokenizer.load(models.text);
    const golden = readNpz(readFileSync(join(path, manifest.golden.file)));
    expect(manifest.golden.cases.length).toBeGreaterThan(0);
    for (const { name, graph, text } of manifest.golden.cases) {
      const ids = golden.get(`${graph}/${name}/in/input_ids`);
      expect(tokenizer.encode(text as string, 64)).toEqual([...(ids?.data ?? [])]);
    }
  });

  it('cut a long text to 64 ids with the closing one last', async () => {
    const tokenizer = await Tokenizer.load(models.text);
    const ids = tokenizer.encode('my order is lost '.repeat(100), 64);
    expect([ids.length, ids[0], ids[63]]).toEqual([64, 101, 102]);
    expect(tokenizer.encode('', 64)).toEqual([101, 102]);
  });

  it('give the words of a transcript, without special tokens', async () => {
    const tokenizer = await Tokenizer.load(models.speech);
    const fixture = JSON.parse(readFileSync(join(models.speech.path, 'fixtures', 'transcript.json'), 'utf8'));
    expect(tokenizer.decode([...fixture.tokenIds, 50257]).trim()).toBe(fixture.text);
    expect(tokenizer.decode([])).toBe('');
  });
});
