import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SCOPES, type SessionCorrections } from '@rapport-live/protocol';
import { ChatSession } from '../support/chat-session';
import { CHROMIUM } from '../support/chromium';
import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/fault-proxy';
import { addUser, PASSWORD } from '../support/people';
import { RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { tone } from '../support/sound';
import { buildDashboard, Dashboard } from './support/dashboard';

const VOICES = [
  { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' },
  { streamId: 2, kind: 'voice', party: 'agent', codec: 'pcm16le-16k' },
];
const KEYS = [{ tenant: 'acme', key: 'key-of-acme-0123456789', scopes: SCOPES }];
const HOSTILE = `<img src=x onerror="window.owned = 1"><script>window.owned = 1</script> "quotes" & more`;
const LAWYER = {
  ...{ id: 'lawyer', name: `Speaks of a <b>lawyer</b>`, severity: 'critical', clearAfterMs: 0, cooldownMs: 0 },
  when: { said: { by: 'customer', anyOf: ['my lawyer'], keepMs: 600_000 } },
};

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

const SKIPPED = CHROMIUM === undefined ? ' (skipped: no chromium)' : '';
withChromium(`a conversation and its alerts in Chromium${SKIPPED}`, () => {
  let dataDir: string;
  let service: RunningService;
  let proxy: FaultProxy;
  let page: Dashboard;
  let session: RawSession;

  async function open(): Promise<void> {
    service = await startService({ dataDir, onShutdown: 'keep', apiKeys: KEYS });
    proxy = await FaultProxy.to(service.http);
  }
  async function browse(hash: string): Promise<void> {
    page = await Dashboard.open(proxy.through(service.http).replace(/\/$/, ''), hash);
    await page.logIn('mia', PASSWORD);
  }
  async function leave(): Promise<void> {
    await page.close();
    await proxy.close();
    await service.app.close();
  }
  const say = (text: string, ptsMs: number): void =>
    session.client.json({ type: 'chat.message', party: 'customer', text, ptsMs, messageId: `m-${ptsMs}` });
  const speak = (fromMs: number, lengthMs: number): void => {
    for (const stream of [1, 2]) session.voice(tone(lengthMs), fromMs, stream);
  };
  const attribute = (selector: string, name: string): Promise<string | null> =>
    page.page.run(
      `return document.querySelector(${JSON.stringify(selector)})?.getAttribute(${JSON.stringify(name)}) ?? null`,
    );

  beforeAll(async () => {
    buildDashboard();
    dataDir = mkdtempSync(join(tmpdir(), 'rapport-web-'));
    await open();
    await addUser(service, { name: 'mia', tenant: 'acme', role: 'supervisor' });
    const headers = { authorization: `Bearer ${KEYS[0]!.key}` };
    const body = JSON.stringify({ rules: [LAWYER] });
    expect((await fetch(`${service.http}/v1/alert-rules`, { method: 'PUT', headers, body })).status).toBe(200);
    session = await RawSession.start({ url: service.url, key: KEYS[0]!.key }, VOICES, {
      session: { channel: 'voice', language: 'en', team: 'north', agentId: 'sam', customerId: HOSTILE.slice(0, 100) },
    });
    say(HOSTILE, 100);
    say('I will call my lawyer', 600);
    speak(0, 3000);
    await session.result((event) => event.type === 'rapport.alert.raised');
    await browse(`#/sessions/${session.sessionId}`);
  }, 150_000);
  afterAll(async () => {
    await leave();
    await service.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, 150_000);

  it('shows what was said and what was read in it, with how sure that is, while it goes on', async () => {
    await page.see('I will call my lawyer', '.transcript');
    await page.see(LAWYER.name, '.transcript .alert');
    await page.see('customer said \u201cmy lawyer\u201d', '.transcript .alert');
    await page.see(/\d+ % sure|not enough evidence|not assessed/i, '.moment');
    await page.see('Agent\n', '.conversation header');
    await page.see(/^Live$/, '.line');
    speak(3000, 2000);
    await eventually(async () => Number(await attribute('[role=slider]', 'aria-valuemax')) >= 4);
    await page.see('Customer speaks', '.aside');
  }, 150_000);

  it('shows hostile words as text, and keeps nobody out', async () => {
    await page.see(HOSTILE, '.transcript');
    await page.see(HOSTILE.slice(0, 100), 'h1');
    expect(await page.count('.conversation img, .conversation script, .conversation b')).toBe(0);
    expect(await page.page.run('return window.owned === undefined')).toBe(true);
    await page.click('details summary');
    await page.see(/From 0:00 to 1:00/i, '.scrolled');
    for (const scheme of ['dark', 'light'] as const) {
      await page.colours(scheme);
      expect([scheme, await page.violations()]).toEqual([scheme, []]);
    }
  }, 150_000);

  it('moves from the timeline to the words and from the words to the timeline', async () => {
    await page.focus('[role=slider]');
    await page.key('Home');
    await page.see('At 0:00', '.moment');
    await page.key('ArrowRight');
    await page.see('At 0:01', '.moment');
    expect(await attribute('[role=slider]', 'aria-valuetext')).toMatch(/^0:01: .*(%|evidence|assessed)/);
    await eventually(async () => (await page.count('.transcript [aria-current]')) === 1);
    await page.key('Enter');
    await eventually(() => page.page.run(`return document.activeElement.closest('[aria-current]') !== null`));
    // the words that were first
    await page.click('.transcript li button.time');
    await page.see('At 0:00', '.moment');
    await eventually(() => page.page.run(`return /[?]at=[0-9]{1,3}$/.test(location.hash)`));
    await page.goTo(`#/sessions/${session.sessionId}?at=600`);
    await page.see('I will call my lawyer', '.transcript [aria-current]');
    await page.goTo(`#/sessions/${session.sessionId}?at=2000`);
    await page.see('At 0:02', '.moment');
    // the pointer, near the left edge of the picture
    const [x, y] = await page.page.run<[number, number]>(`
      const over = document.querySelector('.plot .u-over');
      over.scrollIntoView({ block: 'center' });
      const { left, top, height } = over.getBoundingClientRect();
      return [left + 2, top + height / 2];
    `);
    const button = { button: 'left', clickCount: 1 };
    await page.page.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
    await page.page.send('Input.dispatchMouseEvent', { type: 'mousePressed', x, y, ...button });
    await page.page.send('Input.dispatchMouseEvent', { type: 'mouseReleased', x, y, ...button });
    await page.see('At 0:00', '.moment');
    await page.press('Go with the conversation');
    await page.see('At 0:0', '.moment');
  }, 150_000);

  it('fits a narrow screen', async () => {
    await page.size(360, 800);
    expect(await page.overflowPx()).toBe(0);
    await page.goTo('#/alerts');
    await page.see(LAWYER.name, '.alert-list');
    expect(await page.overflowPx()).toBe(0);
    await page.size(1280, 800);
  }, 150_000);

  it('has its alert in the queue, to be handled with the keyboard alone', async () => {
    await page.see(/customer said \u201cmy lawyer\u201d/i, '.alert-list');
    await page.see('I will call my lawyer', '.alert-list .over');
    expect(await page.count('.alert-list b')).toBe(0);
    await page.focus('.alert-row button.primary');
    await page.key('Enter');
    await page.see('Acknowledged by mia', '.alert-list');
    expect(await page.page.run(`return document.activeElement.innerText`)).toBe('Acknowledged');
    await page.press('Take it');
    await page.see('With mia', '.alert-list');
    await page.click('.alert-row summary');
    await page.focus('.alert-row textarea');
    await page.page.send('Input.insertText', { text: HOSTILE });
    await page.press('Write it down');
    await page.see(HOSTILE, '.alert-row .notes');
    expect(await page.violations()).toEqual([]);
  }, 150_000);

  it('says what could not be done, and that the list is of before', async () => {
    proxy.down();
    await page.press('Give back');
    await page.see('The service does not answer.', '.alert-row [role=alert]');
    await page.see('With mia', '.alert-list');
    proxy.up();
    await page.press('Give back');
    await eventually(async () => !(await page.text('.alert-row .handled')).includes('With mia'));
    await eventually(async () => (await page.count('[role=alert]')) === 0);
  }, 150_000);

  it('is still acknowledged after a restart of the service and of the browser', async () => {
    await leave();
    await open();
    await browse('#/alerts');
    await page.see('Acknowledged by mia', '.alert-list');
    await page.see(HOSTILE, '.alert-row .notes');
    await page.click('.alert-row summary');
    await page.press('Put off');
    await page.see('No open alerts.');
    await page.press('1 put off');
    await page.see('Put off until', '.alert-list');
  }, 150_000);

  it('is the same afterwards, from its address', async () => {
    session.gather();
    await session.resume({}, { url: service.url, key: KEYS[0]!.key });
    await session.end();
    await page.goTo(`#/sessions/${session.sessionId}?at=600`);
    await page.see('Over', '.line');
    await page.see('I will call my lawyer', '.transcript [aria-current]');
    await page.see('the conversation ended', '.transcript .alert');
    expect(await page.count('a[download]')).toBe(3);
    await page.see(/\d+ seconds? of the customer assessed/, '.summary');
    await page.see(LAWYER.name, '.summary');
    expect(await page.count('.summary b')).toBe(0);
    await page.click('.summary .time');
    // the address follows a moment later: going to the old one before that would go nowhere
    await eventually(async () => !(await page.page.run<string>('return location.hash')).endsWith('at=600'));
    await page.goTo(`#/sessions/${session.sessionId}?at=600`);
    await page.see(/\d+ % sure|not enough evidence|not assessed/i, '.moment');
  }, 150_000);

  it('is corrected by a supervisor', async () => {
    await page.press('Correct the emotion');
    await page.enter('In truth the emotion was', 'fear');
    await page.press('Save');
    await page.see('corrected: fear', '.moment');
    const chip = '.transcript [aria-current] .chips button';
    await page.click(chip);
    await page.enter('In truth the intent was', 'complaint');
    await page.press('Save');
    await page.see('corrected: complaint', '.transcript [aria-current]');
    // who opens it tomorrow sees what was corrected
    const headers = { authorization: `Bearer ${KEYS[0]!.key}` };
    await eventually(async () => {
      const answer = await fetch(`${service.http}/v1/sessions/${session.sessionId}/corrections`, { headers });
      return ((await answer.json()) as SessionCorrections).corrections.length === 2;
    });
    await page.reload();
    await page.see('corrected: fear', '.moment');
    await page.see('corrected: complaint', '.transcript [aria-current]');
    expect(await page.violations()).toEqual([]);
  }, 150_000);

  it('is found by its words, and opened at that second', async () => {
    await page.goTo('#/search');
    await page.see('conversation', '.results [role=status]');
    await page.focus('#search-q');
    await page.page.send('Input.insertText', { text: 'call my lawyer' });
    await page.key('Enter');
    await page.see('I will call my lawyer', '.found');
    await page.see(/moments?.*, the best first/, '.results [role=status]');
    expect(await page.violations()).toEqual([]);
    await page.size(360, 800);
    expect(await page.overflowPx()).toBe(0);
    await page.size(1280, 800);
    await page.click('.found a.hit', 'my lawyer');
    await page.see('I will call my lawyer', '.transcript [aria-current]');
    expect(await page.page.run('return location.hash')).toBe(`#/sessions/${session.sessionId}?at=600`);
  }, 150_000);

  it('is not found by ten thousand characters, and the service says why', async () => {
    await page.goTo(`#/search?q=${'x'.repeat(10_000)}`);
    await page.see('at most 500 characters', '.results [role=alert]');
    await page.see('Search', 'h1');
  }, 150_000);

  it('comes from the history once it is no longer on the wall', async () => {
    const headers = { authorization: `Bearer ${KEYS[0]!.key}` };
    const onWall = async (): Promise<boolean> => {
      const leaving = new AbortController();
      const path = `${service.http}/v1/wall/sessions/${session.sessionId}/events`;
      const { status } = await fetch(path, { headers, signal: leaving.signal });
      leaving.abort();
      return status === 200;
    };
    // the wall keeps twenty that are over
    for (let i = 0; i < 21; i += 1) await (await ChatSession.start(service.url, KEYS[0]!.key)).end();
    await eventually(async () => !(await onWall()));
    await page.goTo(`#/sessions/${session.sessionId}?at=600`);
    await page.see('I will call my lawyer', '.transcript [aria-current]');
    await page.see('Over', '.line');
    await page.goTo('#/sessions/0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80');
    await page.see('The history has no such session.', '[role=alert]');
  }, 150_000);
});
