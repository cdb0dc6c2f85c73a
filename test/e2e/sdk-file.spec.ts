import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypedEvent } from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { type DevtoolsPage } from '../support/devtools';
import { MISSING, pageScript, SdkPages } from '../support/sdk-page';
import { type RunningService, startService } from '../support/service';

jest.setTimeout(120_000);

/** Sound and pictures, as a browser records them. */
const FILE = join(__dirname, '../fixtures/media/flash-vp8.webm');
const folder = mkdtempSync(join(tmpdir(), 'rapport-ffmpeg-'));
const reason = MISSING ?? (installed() ? undefined : 'the registry was not reached');

/** For this run alone, from the registry that npm is set to; the core is GPL, so never ours. */
function installed(): boolean {
  const packages = ['@ffmpeg/ffmpeg@0.12.15', '@ffmpeg/core@0.12.10'];
  try {
    const args = ['install', '--prefix', folder, '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync('npm', [...args, ...packages], { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

interface Analyzed {
  readonly events: readonly TypedEvent[];
  readonly progress: readonly { readonly stage: string; readonly sentMs?: number; readonly totalMs?: number }[];
}

(reason ? describe.skip : describe)(`analyzeFile in a browser${reason ? ` (skipped: ${reason})` : ''}`, () => {
  let service: RunningService;
  let pages: SdkPages;
  let page: DevtoolsPage;
  beforeAll(async () => {
    service = await startService({}, new ScriptedPool());
    pages = await SdkPages.serve(service, {
      '/ffmpeg/': join(folder, 'node_modules/@ffmpeg/ffmpeg/dist/esm'),
      '/core/': join(folder, 'node_modules/@ffmpeg/core/dist/esm'),
    });
    page = await pages.open();
  });
  afterAll(async () => {
    await page.close();
    pages.close();
    await service.close();
    rmSync(folder, { recursive: true });
  });

  const analyze = (base64: string) =>
    page.run<Analyzed>(`${pageScript(service)}
      const { analyzeFile } = await import('/sdk/browser.mjs');
      const { FFmpeg } = await import('/ffmpeg/index.js');
      const loadFfmpeg = async () => {
        const ffmpeg = new FFmpeg();
        await ffmpeg.load({ coreURL: new URL('/core/ffmpeg-core.js', location).href });
        return ffmpeg;
      };
      const bytes = Uint8Array.from(atob('${base64}'), (character) => character.charCodeAt(0));
      const progress = [];
      const session = await analyzeFile(new File([bytes], 'call.webm'), { url, token, loadFfmpeg, onProgress: (one) => progress.push(one) });
      const events = [];
      for await (const message of session) if (message.type === 'result') events.push(message.event);
      return { events, progress };`);

  it('takes sound and stills out of a recording with the real FFmpeg, and gives what the service finds', async () => {
    const { events, progress } = await analyze(readFileSync(FILE).toString('base64'));
    expect(progress[0]).toEqual({ stage: 'loading' });
    const { sentMs, totalMs } = progress.at(-1)!;
    expect(Math.abs(sentMs! - totalMs!)).toBeLessThan(600);
    expect(events[0]).toMatchObject({ data: { streams: [{ codec: 'pcm16le-16k' }, { codec: 'jpeg' }] } });
    const windows = events.flatMap((event) => (event.type === 'rapport.window.assessed' ? [event.data] : []));
    expect(windows.length).toBeGreaterThan(1);
    expect(windows.some(({ modalities }) => modalities.face.present)).toBe(true);
    expect(events.at(-1)).toMatchObject({
      type: 'rapport.session.ended',
      data: { incomplete: false, dropped: exactly({}) },
    });
  });

  it('says of a file that is no recording that it cannot be read', async () => {
    await expect(analyze(Buffer.from('nothing of the kind').toString('base64'))).rejects.toThrow(
      /neither sound nor pictures/,
    );
  });
});
