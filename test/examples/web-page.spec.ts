import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { JobInput } from '../../src/inference/inference-pool';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { DevtoolsPage } from '../support/devtools';
import { eventually } from '../support/eventually';
import { wordOf, WORDS, writeBursts } from '../support/recorder';
import { buildForBrowsers, MISSING } from '../support/sdk-page';
import { type RunningService, startService } from '../support/service';

(MISSING ? describe.skip : describe)(`the page of examples/web${MISSING ? ` (skipped: ${MISSING})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-web-'));
  const stills: Uint8Array[] = [];
  let service: RunningService;
  let backend: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const pool = new ScriptedPool({
      transcripts: ({ pcm }) => wordOf(pcm),
      fail: (kind, input) => {
        if (kind === 'face-tokens') stills.push((input as JobInput<'face-tokens'>).still);
        return undefined;
      },
    });
    service = await startService({}, pool);
    buildForBrowsers();
    const env = { ...process.env, PORT: '0', RAPPORT_URL: service.url, RAPPORT_KEY: service.key };
    const [cwd, stdio] = [join(__dirname, '../..'), ['ignore', 'pipe', 'inherit'] as const];
    backend = spawn(process.execPath, ['examples/web/server.mjs'], { cwd, env, stdio: [...stdio] });
    const [line] = (await once(backend.stdout!, 'data')) as [Buffer];
    url = String(line).trim();
  });
  afterAll(async () => {
    backend.kill();
    await service.close();
    rmSync(folder, { recursive: true });
  });

  it('sends what microphone and camera give from a click on, and shows what the service finds', async () => {
    const sound = join(folder, 'bursts.wav');
    writeBursts(sound);
    const page = await DevtoolsPage.open(url, { sound });
    try {
      const lines = () =>
        page.run<string[]>(`return [...document.querySelectorAll('li')].map((one) => one.textContent)`);
      await page.run(`document.getElementById('start').click()`);
      const words = Object.values(WORDS).map((word) => `customer: ${word}`);
      const said = async () => (await lines()).filter((line) => !/^(microphone|camera): live$/.test(line));
      await eventually(async () => (await said()).length >= words.length).catch(async () => {
        throw new Error(`it shows ${JSON.stringify(await lines())}`);
      });
      expect(await said()).toEqual(words);
      expect(await page.run(`return document.getElementById('emotion').textContent`)).not.toBe('');
      await page.run(`document.getElementById('stop').click()`);
      await eventually(async () => (await lines()).at(-1) === 'ended');
      expect(await lines()).toEqual(expect.arrayContaining(['microphone: ended', 'camera: ended']));
      expect(stills.length).toBeGreaterThan(4);
      expect(await sharp(stills.at(-1)).metadata()).toMatchObject({ format: 'jpeg', width: 640 });
    } finally {
      await page.close();
    }
  }, 60_000);
});
