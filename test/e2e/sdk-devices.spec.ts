import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TypedEvent } from '@rapport-live/protocol';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import type { BrowserOptions, DevtoolsPage } from '../support/devtools';
import { SCRIPT, TOLERANCE_MS, wordOf, WORDS, writeBursts } from '../support/recorder';
import { MISSING, pageScript, SdkPages } from '../support/sdk-page';
import { type RunningService, startService } from '../support/service';

jest.setTimeout(60_000);

/** In the page: a session whose results, refusals and changes are kept, and `till`, which waits for a condition. */
const SESSION = `
  const { connect } = await import('/sdk/browser.mjs');
  const session = await connect({ url, token });
  const heard = { events: [], changes: [], gaps: [], failure: 'none' };
  session.on('capture', (change) => heard.changes.push(change));
  session.on('gap', (gap) => heard.gaps.push(gap));
  const over = (async () => {
    for await (const message of session) heard.events.push(message.event ?? message);
  })().catch((error) => (heard.failure = String(error)));
  const till = async (holds) => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20)); };
  const ended = async () => { await session.end(); await over; return heard; };
`;

interface Heard {
  readonly events: readonly TypedEvent[];
  readonly changes: readonly { readonly device: string; readonly state: string; readonly reason?: string }[];
  readonly gaps: readonly { readonly fromPtsMs: number; readonly toPtsMs: number; readonly reason: string }[];
  readonly failure: string;
}

/** What devices and the browser do to a call, in a real Chromium and against the real service. */
(MISSING ? describe.skip : describe)(`the SDK in a browser${MISSING ? ` (skipped: ${MISSING})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-devices-'));
  const sound = join(folder, 'bursts.wav');
  /** With pauses in which a word has come, however busy the machine is, before the next one begins. */
  const apart = join(folder, 'apart.wav');
  const open: DevtoolsPage[] = [];
  let service: RunningService;
  let pages: SdkPages;
  beforeAll(async () => {
    writeBursts(sound);
    writeBursts(apart, 3000);
    service = await startService({}, new ScriptedPool({ transcripts: ({ pcm }) => wordOf(pcm) }));
    pages = await SdkPages.serve(service);
  });
  afterEach(() => Promise.all(open.splice(0).map((page) => page.close())));
  afterAll(async () => {
    pages.close();
    await service.close();
    rmSync(folder, { recursive: true });
  });

  async function opened(options?: BrowserOptions): Promise<DevtoolsPage> {
    const page = await pages.open(options);
    open.push(page);
    return page;
  }
  const words = ({ events }: Heard): string[] =>
    events.flatMap((event) => (event.type === 'rapport.transcript.final' ? [event.data.text] : []));

  it('a person who denies microphone and camera is told apart from a fault, and chat goes on', async () => {
    const page = await opened({ denies: true });
    const { errors, ...heard } = await page.run<Heard & { errors: object[] }>(`${pageScript(service)}${SESSION}
      const errors = [];
      for (const attach of ['attachMicrophone', 'attachCamera']) {
        await session[attach]().catch(({ code, message, advice }) => errors.push({ code, message, advice }));
      }
      await session.sendChat('I would rather write.');
      return { ...(await ended()), errors };`);
    expect(errors).toEqual(
      ['microphone', 'camera'].map((device) => ({
        code: 'media_denied',
        message: expect.stringMatching(`The browser gave no ${device}: NotAllowedError`),
        advice: expect.stringContaining('site settings'),
      })),
    );
    expect([words(heard), heard.failure]).toEqual([['I would rather write.'], 'none']);
  });

  it('a camera that is taken away in mid-call ends its stream; the voice goes on, and nothing of it is lost', async () => {
    const page = await opened({ sound });
    const attached = page.run<Heard>(`${pageScript(service)}${SESSION}
      const [, camera] = await Promise.all([session.attachMicrophone(), session.attachCamera()]);
      document.title = 'attached';
      window.reason = await camera.ended;
      await till(() => heard.events.filter(({ type }) => type === 'rapport.transcript.final').length === 4);
      return ended();`);
    await page.run(`while (document.title !== 'attached') await new Promise((resolve) => setTimeout(resolve, 20));`);
    await page.send('Browser.setPermission', { permission: { name: 'camera' }, setting: 'denied' });
    const heard = await attached;
    expect(await page.run(`return window.reason`)).toBe('device_lost');
    expect(heard.changes).toContainEqual(
      expect.objectContaining({ device: 'camera', state: 'ended', reason: 'device_lost' }),
    );
    expect(words(heard)).toEqual(Object.values(WORDS));
    expect(heard.failure).toBe('none');
  });

  it('a clock that jumps: an hour ahead, a day back, and a machine whose clock stood still', async () => {
    const page = await opened({ sound: apart });
    const heard = await page.run<Heard>(`${pageScript(service)}${SESSION}
      const now = Date.now.bind(Date);
      const monotonic = performance.now.bind(performance);
      await session.attachMicrophone();
      const finals = () => heard.events.filter(({ type }) => type === 'rapport.transcript.final').length;
      await till(() => finals() === 1);
      Date.now = () => now() + 3_600_000;
      await till(() => finals() === 2);
      Date.now = () => now() - 86_400_000;
      await till(() => finals() === 3);
      performance.now = () => monotonic() - 2_500; // as after a sleep of 2.5 s, in which the service went on
      await till(() => finals() === 4);
      return ended();`);
    expect(words(heard)).toEqual(Object.values(WORDS));
    // What the sleep moved is within what may come late, or was put right at the time of the service.
    for (const { fromPtsMs, toPtsMs } of heard.gaps) expect(toPtsMs - fromPtsMs).toBeLessThan(4_000);
    expect(heard.failure).toBe('none');
    const ended = heard.events.at(-1)!;
    expect(ended).toMatchObject({ type: 'rapport.session.ended', data: { dropped: exactly({}) } });
  });

  it('a tab that is frozen for two seconds comes back: what was heard meanwhile may be late or silent, and nothing has moved', async () => {
    const page = await opened({ sound });
    const attached = page.run<Heard>(`${pageScript(service)}${SESSION}
      await session.attachMicrophone();
      document.title = 'attached';
      const finals = () => heard.events.filter(({ type }) => type === 'rapport.transcript.final').length;
      const late = new Promise((resolve) => setTimeout(resolve, 12_000));
      await Promise.race([till(() => finals() === 4), late]);
      return ended();`);
    await page.run(`while (document.title !== 'attached') await new Promise((resolve) => setTimeout(resolve, 20));`);
    await page.send('Page.setWebLifecycleState', { state: 'frozen' });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await page.send('Page.setWebLifecycleState', { state: 'active' });
    const heard = await attached;
    const all = Object.values(WORDS);
    const said = words(heard);
    expect(said.length).toBeGreaterThanOrEqual(2);
    expect(said.filter((word) => word !== '?')).toEqual(all.filter((word) => said.includes(word)));
    // What of a frozen tab's sound Chromium leaves silent, nobody can tell: the rest of it lies where it was said.
    const finals = heard.events.flatMap((event) => (event.type === 'rapport.transcript.final' ? [event.data] : []));
    const aside = finals
      .filter(({ text }) => all.includes(text))
      .map(({ text, startMs }) => startMs - all.indexOf(text) * SCRIPT.everyMs);
    expect(Math.max(...aside) - Math.min(...aside)).toBeLessThan(TOLERANCE_MS);
    expect(heard.failure).toBe('none');
  });
});
