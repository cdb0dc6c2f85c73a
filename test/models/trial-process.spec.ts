import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadManifests } from '../../src/models/runtime/model-folder';
import { tryInProcess } from '../../src/models/runtime/trial-process';
import { MODELS_DIR } from './models-dir';

/** What drivers do to the process that loads them, and what the ladder says of it. */
describe('the process that tries a rung', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rapport-trial-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  const trial = async (name: string, script: string, timeoutMs?: number): Promise<string[]> => {
    const trialPath = join(dir, `${name}.cjs`);
    writeFileSync(trialPath, `process.once('message', () => { ${script} })`);
    const { text, fusion } = await loadManifests(MODELS_DIR);
    const order = { provider: 'webgpu', folders: [text, fusion], mustBeatCpu: false } as const;
    return [...(await tryInProcess(order, { trialPath, timeoutMs }))].map(([task, reason]) => `${task}: ${reason}`);
  };
  const passText = `process.send({ task: 'text' });`;

  it('may be ended by it: no model is put there, also not those that passed', async () => {
    const reason = 'the process that tried webgpu ended with SIGABRT at fusion';
    const found = await trial('abort', `process.send({ task: 'text' }, () => process.abort());`);
    expect(found).toEqual([`text: ${reason}`, `fusion: ${reason}`]);
  });

  it('may hang: it is ended', async () => {
    const [text] = await trial('hang', `${passText} setInterval(() => {}, 1000);`, 1500);
    expect(text).toBe('text: the process that tried webgpu took longer than 1.5 s at fusion');
  });

  it('may say why in words of its own', async () => {
    const script = `console.error('Warning: no Vulkan');
      process.send({ task: 'text', reason: 'no adapter' });
      process.send({ task: 'fusion' }, () => process.exit());`;
    expect(await trial('words', script)).toEqual(['text: no adapter (no Vulkan)']);
  });

  it('may not be there', async () => {
    const { text } = await loadManifests(MODELS_DIR);
    const order = { provider: 'webgpu', folders: [text], mustBeatCpu: false } as const;
    const found = await tryInProcess(order, { trialPath: join(dir, 'nowhere.cjs') });
    expect(found.get('text')).toMatch(/ended with status 1/);
  });

  it('finds CUDA missing where npm left it out', async () => {
    const { text } = await loadManifests(MODELS_DIR);
    const found = await tryInProcess({ provider: 'cuda', folders: [text], mustBeatCpu: true });
    // Where somebody has installed it, the device or parity decides.
    if (found.has('text')) expect(found.get('text')).toMatch(/[Cc]uda|CUDA|slower/);
  }, 30_000);
});
