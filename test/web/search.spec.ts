import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobInput } from '../../src/inference/inference-pool';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { wavFile } from '../cli/wav-file';
import { ChatSession } from '../support/chat-session';
import { CHROMIUM } from '../support/chromium';
import { eventually } from '../support/eventually';
import { addUser, PASSWORD } from '../support/people';
import { type RunningService, startService } from '../support/service';
import { bytesOf, tone } from '../support/sound';
import { buildDashboard, Dashboard } from './support/dashboard';

const KEY = 'key-of-acme-0123456789';
const PARCEL = 'The parcel never arrived.';
const CHARGED = 'You have charged my card twice this month.';
/** An analyst sees it nowhere. */
const CUSTOMER = 'customer-0815';

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

withChromium(`the search by voice in Chromium${CHROMIUM === undefined ? ' (skipped: no chromium)' : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-search-'));
  const inFolder = (name: string): string => join(folder, name);
  /** What was given to the speech model. */
  const heard: Int16Array[] = [];
  const transcripts = ({ pcm }: JobInput<'transcript'>): string => {
    heard.push(pcm.slice());
    return 'did the parcel arrive';
  };
  let service: RunningService;
  let page: Dashboard;
  let charge: ChatSession;

  beforeAll(async () => {
    buildDashboard();
    service = await startService({ apiKeys: [{ tenant: 'acme', key: KEY }] }, new ScriptedPool({ transcripts }));
    await addUser(service, { name: 'ann', tenant: 'acme', role: 'analyst' });
    charge = await ChatSession.start(service.url, KEY, CUSTOMER);
    await charge.say(CHARGED);
    await charge.end();
    const parcel = await ChatSession.start(service.url, KEY);
    await parcel.say(PARCEL);
    await parcel.end();
    // it is in the history, with the embedding of its words
    await eventually(async () => {
      const headers = { authorization: `Bearer ${KEY}` };
      const path = `${service.http}/v1/search?like=${parcel.sessionId}@0`;
      return (await fetch(path, { headers })).status === 200;
    });
    const microphone = inFolder('microphone.wav');
    writeFileSync(microphone, wavFile(bytesOf(tone(24_000)), { rateHz: 48_000 }));
    page = await Dashboard.open(service.http, '#/search', { sound: microphone });
    await page.logIn('ann', PASSWORD);
  }, 150_000);
  afterAll(async () => {
    await page?.close();
    await service?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 150_000);

  const pressKey = async (name: string): Promise<void> => {
    const find = `[...document.querySelectorAll('button')].find((one) => one.innerText.trim() === ${JSON.stringify(name)})`;
    await eventually(() => page.page.run(`const it = ${find}; it?.focus(); return document.activeElement === it`));
    await page.key('Enter');
  };

  it('finds a moment by what is said into the microphone, with the keyboard alone', async () => {
    await page.see('2 conversations', '.search [aria-label="What was found"]');
    await pressKey('Record');
    await page.see('Recording.', '.search-voice');
    await page.see(/0:(0[1-9]|1\d) of 0:15/, '.search-voice');
    await pressKey('Stop and search');
    await page.see(PARCEL, '.found');
    await page.see('like a recording of', '.search-voice');
    await page.see(/moments?, the best first/, '.search');
    // at 16 kHz, and not silence
    const [pcm] = heard;
    expect(pcm!.length).toBeGreaterThan(8000);
    expect(pcm!.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeGreaterThan(1000);
    expect(await page.violations()).toEqual([]);
    await pressKey('Not like it');
    await page.see('2 conversations', '.search');
  }, 150_000);

  it('finds one by a file, as the service takes it', async () => {
    const mono = tone(2000);
    const both = Int16Array.from({ length: 2 * mono.length }, (_, i) => mono[i >> 1]!);
    const file = inFolder('call.wav');
    writeFileSync(file, wavFile(bytesOf(both), { channels: 2, rateHz: 32_000 }));
    heard.length = 0;
    await page.chooseFile(file);
    await page.see('like call.wav of 1.0 s', '.search-voice');
    await page.see(PARCEL, '.found');
    expect(heard[0]!.length).toBeGreaterThan(15_900);
    expect(heard[0]!.length).toBeLessThan(16_100);
    // narrowed, and then for words instead
    await page.page.run(`document.querySelector('.search-form [name=team]').value = 'nobodys'`);
    await page.page.run(`document.querySelector('.search-form button.primary').click()`);
    await page.see('Nothing like it was found', '.search');
    await page.goTo('#/search?q=charged%20twice');
    await page.see(CHARGED, '.found');
    expect(await page.count('.search-voice .chip')).toBe(0);
  }, 150_000);

  it('says what is wrong with a file', async () => {
    writeFileSync(inFolder('notes.wav'), 'charged twice');
    await page.chooseFile(inFolder('notes.wav'));
    await page.see('no sound that this browser can read', '.search-voice [role=alert]');
    writeFileSync(inFolder('short.wav'), wavFile(bytesOf(tone(100))));
    await page.chooseFile(inFolder('short.wav'));
    await page.see('The recording lasts 0.1 s.', '.search-voice [role=alert]');
    writeFileSync(inFolder('long.wav'), Buffer.alloc(11 << 20));
    await page.chooseFile(inFolder('long.wav'));
    await page.see(/has 1\d.*and at most 10/, '.search-voice [role=alert]');
    expect(await page.violations()).toEqual([]);
  }, 150_000);

  it('finds moments like one of a conversation, and like one that was found', async () => {
    await page.goTo(`#/sessions/${charge.sessionId}?at=0`);
    await page.see(CHARGED, '.transcript');
    expect(await page.text()).not.toContain(CUSTOMER);
    expect(await page.text()).not.toContain('Correct the');
    await page.press('Moments like this');
    await page.see('like a moment of another conversation', '.search-form');
    await page.see(PARCEL, '.found');
    await page.press('More like this');
    await page.see(CHARGED, '.found');
    expect(await page.text()).not.toContain(CUSTOMER);
  }, 150_000);

  it('says that the microphone was not allowed, and what to do instead', async () => {
    await page.close();
    page = await Dashboard.open(service.http, '#/search', { denies: true });
    await page.logIn('ann', PASSWORD);
    await page.press('Record');
    await page.see('The microphone was not allowed.', '.search-voice [role=alert]');
    await page.see('choose a recording that you have as a file', '.search-voice [role=alert]');
  }, 150_000);
});
