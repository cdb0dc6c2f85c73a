import { join } from 'node:path';
import { RESULT_STORE, type ResultStore } from '../../src/delivery/result-feed';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { CHROMIUM } from '../support/chromium';
import { ChatSession } from '../support/chat-session';
import { eventually } from '../support/eventually';
import { FaultProxy } from '../support/fault-proxy';
import { addUser, PASSWORD } from '../support/people';
import { RawSession } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';
import { tone } from '../support/sound';
import { buildDashboard, Dashboard } from './support/dashboard';
import { stage } from './support/staged-call';
import { STAGED_WALL, stagedWall } from './support/staged-wall';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const KEY = 'key-of-acme-0123456789';
const HOUR_MS = 3600_000;
const HOSTILE = `<img src=x onerror="window.owned = 1"><script>window.owned = 1</script> "quotes" & more`;
/** `RAPPORT_SCREENSHOTS=1` writes the pictures of docs/dashboard.md; without it they are looked at, and kept nowhere. */
const PICTURES = process.env.RAPPORT_SCREENSHOTS === undefined ? undefined : join(__dirname, '../../docs/dashboard');
/** Of what is done in the page: a browser may start slowly beside other tests. */
const LIMIT_MS = 120_000;

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

withChromium(`the dashboard in Chromium${CHROMIUM === undefined ? ' (skipped: no chromium)' : ''}`, () => {
  let service: RunningService;
  let proxy: FaultProxy;
  let wall: Dashboard;
  let nowMs = 1_800_000_000_000;

  beforeAll(async () => {
    buildDashboard();
    const apiKeys = [{ tenant: 'acme', key: KEY, scopes: ['ingest', 'monitor'] as const }];
    service = await startService({ apiKeys }, new ScriptedPool(), {}, { wallClock: () => nowMs });
    await addUser(service, { name: 'max', tenant: 'acme', role: 'supervisor' });
    proxy = await FaultProxy.to(service.http);
    wall = await Dashboard.open(proxy.through(service.http).replace(/\/$/, ''));
  }, LIMIT_MS);
  afterAll(async () => {
    await wall?.close();
    await proxy?.close();
    await service?.close();
  });

  it(
    'asks who it is, refuses a wrong password in words, and lets in',
    async () => {
      await wall.see('Log in to see live conversations.');
      expect(await wall.violations()).toEqual([]);
      await wall.enter('Name', 'max');
      await wall.enter('Password', 'guess');
      await wall.press('Log in');
      await wall.see('There is no account with this name and password.', '[role=alert]');
      await wall.logIn('max', PASSWORD);
      await wall.see('No conversation is live.');
    },
    LIMIT_MS,
  );

  it(
    'shows the emotion of a conversation with how sure it is, once its first window is over',
    async () => {
      const session = await RawSession.start({ url: service.url, key: KEY }, [VOICE], {
        session: { channel: 'voice', language: 'en', team: 'north', agentId: 'sam' },
      });
      await wall.see('sam', '.cards');
      await wall.see('Nothing assessed yet', '.cards');
      session.voice(tone(2000), 0);
      await session.window(2000);
      await wall.see(/\d+ % sure|Not enough evidence|Too unsure to say/, '.card');
      await wall.see('north', '.card');
      await session.end();
      await wall.see('No conversation is live.');
    },
    LIMIT_MS,
  );

  it(
    'shows what was said as text, whatever is in it',
    async () => {
      const chat = await ChatSession.start(service.url, KEY, HOSTILE);
      await chat.say(HOSTILE);
      await wall.see(HOSTILE, '.card .words');
      await wall.see(HOSTILE, '.card h2');
      expect(await wall.count('.card img, .card script')).toBe(0);
      expect(await wall.page.run('return window.owned === undefined')).toBe(true);
      expect(await wall.violations()).toEqual([]);
      await wall.press('List');
      await wall.see(HOSTILE, '.sessions');
      expect(await wall.count('.sessions img, .sessions script')).toBe(0);
      expect(await wall.violations()).toEqual([]);
      await wall.press('Cards');
      await wall.enter('Words', 'no such words');
      await wall.see('None fits the filters.');
      await wall.enter('Words', '');
      await chat.end();
    },
    LIMIT_MS,
  );

  it(
    'says that the connection is lost, comes back by itself, and shows what was missed',
    async () => {
      await wall.see('Live', '.line');
      proxy.down();
      await wall.see('Connection lost', '.line');
      const chat = await ChatSession.start(service.url, KEY, 'missed');
      await chat.say('said while nobody could see it');
      proxy.up();
      await wall.see('said while nobody could see it', '.cards');
      await wall.see(/^Live$/, '.line');
      await chat.end();
    },
    LIMIT_MS,
  );

  it(
    'is used with a keyboard alone',
    async () => {
      await wall.page.run('document.activeElement?.blur(); window.scrollTo(0, 0)');
      const names: string[] = [];
      for (let i = 0; i < 20; i += 1) {
        await wall.key('Tab');
        names.push(
          await wall.page.run(`
          const at = document.activeElement;
          if (at === document.body) return 'the end';
          const style = getComputedStyle(at);
          if (style.outlineStyle === 'none') return 'no focus to be seen: ' + at.outerHTML;
          return (at.innerText || at.getAttribute('aria-label') || at.closest('label')?.innerText || '').trim().split('\\n')[0];
        `),
        );
      }
      for (const name of ['Skip to the page', 'Rapport', 'Live wall', 'Health', 'Log out', 'Cards', 'List']) {
        expect(names).toContain(name);
      }
      expect(names.filter((name) => name.startsWith('no focus'))).toEqual([]);
    },
    LIMIT_MS,
  );

  it(
    'tells how the service does',
    async () => {
      await wall.press('Health');
      await wall.see('of 64');
      await wall.see('None is configured: results stay in the local log.');
      await wall.see('scripted-fusion');
      expect(await wall.violations()).toEqual([]);
      for (const scheme of ['dark', 'light'] as const) {
        await wall.colours(scheme);
        expect([scheme, await wall.violations()]).toEqual([scheme, []]);
      }
    },
    LIMIT_MS,
  );

  it(
    'fits a narrow screen: nothing is cut off or scrolled sideways',
    async () => {
      await wall.size(360, 800);
      for (const [name, part] of [
        ['Live wall', '.cards, .empty'],
        ['Health', '.health .u-wrap'],
      ] as const) {
        await wall.press(name);
        await wall.see(name, 'h1');
        await eventually(async () => (await wall.count(part)) > 0);
        await wall.drawn();
        expect([name, await wall.overflowPx()]).toEqual([name, 0]);
      }
      await wall.size(1280, 800);
    },
    LIMIT_MS,
  );

  it(
    'asks again who it is when the log-in is over, and goes on where it was',
    async () => {
      await wall.press('Health');
      await wall.see('Health', 'h1');
      nowMs += 13 * HOUR_MS;
      await wall.see('Your log-in is over.');
      expect(await wall.count('.panel h2')).toBe(0);
      await wall.logIn('max', PASSWORD);
      await wall.see('Health', 'h1');
      await wall.press('Log out');
      await wall.see('Log in to see live conversations.');
    },
    LIMIT_MS,
  );

  it(
    'has the most urgent first on a busy wall, in both colours',
    async () => {
      await addUser(service, { name: 'mia', tenant: 'demo', role: 'supervisor' });
      const store = service.app.get<ResultStore>(RESULT_STORE, { strict: false });
      await Promise.all(STAGED_WALL.map((call) => stage(store, 'demo', call, Date.now())));
      await wall.size(1600, 900, 1.5);
      await wall.page.send('Emulation.setScrollbarsHidden', { hidden: true });
      await wall.logIn('mia', PASSWORD);
      await wall.press('Live wall');
      for (const scheme of ['light', 'dark'] as const) {
        await wall.colours(scheme);
        await wall.see(/^Priya N\.[^]*Anger, 81 % sure[^]*getting worse[^]*Angry for 10 s/, '.cards > li');
        await wall.see('Not enough evidence', '.cards > li:last-child');
        expect(await wall.violations()).toEqual([]);
        if (PICTURES !== undefined) await wall.picture(join(PICTURES, `wall-${scheme}.png`));
        await wall.press('List');
        await wall.see('Customer seems', '.sessions');
        expect(await wall.violations()).toEqual([]);
        await wall.press('Cards');
      }
    },
    LIMIT_MS,
  );

  it(
    'draws a full wall whole, as cards and as a list, and says of its alerts those that are new alone',
    async () => {
      await addUser(service, { name: 'kim', tenant: 'full', role: 'supervisor' });
      const store = service.app.get<ResultStore>(RESULT_STORE, { strict: false });
      const calls = stagedWall(30).map((call) => ({ ...call, lastsS: 20 }));
      await Promise.all(calls.map((call) => stage(store, 'full', call, Date.now())));
      await wall.press('Log out');
      await wall.logIn('kim', PASSWORD);
      await wall.press('Live wall');
      for (const [view, each] of [
        ['Cards', '.cards .card'],
        ['List', '.sessions tbody tr'],
        ['Cards', '.cards .card'],
      ] as const) {
        // prettier-ignore
        await wall.press(view);
        await eventually(async () => (await wall.count(each)) === calls.length);
      }
      expect(await wall.text('.alert-voice')).toBe('');
      await stage(store, 'full', { ...calls[0]!, agentId: 'Zoe' }, Date.now());
      await wall.see(/^Critical alert, Zoe: Angry for 10 s\.$/, '.alert-voice');
      await eventually(async () => (await wall.count('.cards .card')) === calls.length + 1);
    },
    LIMIT_MS,
  );
});
