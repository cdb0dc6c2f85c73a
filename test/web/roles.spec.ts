import { RESULT_STORE, type ResultStore } from '../../src/delivery/result-feed';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { CHROMIUM } from '../support/chromium';
import { eventually } from '../support/eventually';
import { addUser, logIn, PASSWORD } from '../support/people';
import { type RunningService, startService } from '../support/service';
import { buildDashboard, Dashboard } from './support/dashboard';
import { stage } from './support/staged-call';
import { STAGED_WALL } from './support/staged-wall';

const TEAMS = ['sales', 'billing'] as const;
const WORDS = { sales: 'I will speak to my lawyer about sales', billing: 'I will speak to my lawyer about billing' };
/** Of those who take part: an analyst gets them nowhere. */
const NAMES = /(customer|agent)-of-/;
const LIMIT_MS = 120_000;

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

withChromium(`what each role sees in Chromium${CHROMIUM === undefined ? ' (skipped: no chromium)' : ''}`, () => {
  let service: RunningService;
  let page: Dashboard;
  const ids = { sales: '', billing: '' };

  beforeAll(async () => {
    buildDashboard();
    service = await startService({}, new ScriptedPool());
    await addUser(service, { name: 'mia', tenant: 'acme', role: 'supervisor', teams: ['sales'] });
    await addUser(service, { name: 'ann', tenant: 'acme', role: 'analyst' });
    await addUser(service, { name: 'ada', tenant: 'acme', role: 'admin' });
    const store = service.app.get<ResultStore>(RESULT_STORE, { strict: false });
    for (const team of TEAMS) {
      ids[team] = await stage(
        store,
        'acme',
        {
          ...{ ...STAGED_WALL[0]!, team, agentId: `agent-of-${team}`, customerId: `customer-of-${team}`, lastsS: 20 },
          said: [['customer', WORDS[team]]],
          alert: {
            ...{ ruleId: 'lawyer', name: `Lawyer in ${team}`, severity: 'critical' },
            evidence: [{ condition: 'emotion', of: 'anger', value: 0.81, threshold: 0.6, sinceMs: 8000 }],
          },
        },
        Date.now(),
      );
    }
    const headers = { cookie: await logIn(service, 'ada') };
    await eventually(async () => {
      const found = await fetch(`${service.http}/v1/search?q=lawyer`, { headers });
      return (await found.text()).split('my lawyer').length > 2;
    });
    page = await Dashboard.open(service.http);
  }, LIMIT_MS);
  afterEach(() => page.press('Log out'));
  afterAll(async () => {
    await page?.close();
    await service?.close();
  });

  /** All that the page was given to show, seen or not. */
  const html = (): Promise<string> => page.page.run('return document.documentElement.outerHTML');
  const PAGES: Readonly<Record<string, readonly [hash: () => string, text: string, selector: string]>> = {
    'the wall': [() => '#/wall', WORDS.sales, '.cards'],
    'the wall as a list': [() => '#/wall?view=list', WORDS.sales, '.sessions'],
    alerts: [() => '#/alerts', WORDS.sales, '.alert-list'],
    search: [() => '#/search?q=lawyer', WORDS.sales, '.found'],
    'a conversation': [() => `#/sessions/${ids.sales}`, WORDS.sales, '.transcript'],
    health: [() => '#/health', 'of 64', '.health'],
  };
  /** Opens each page and resolves once what is of the sales team is there. */
  async function* everyPage(): AsyncGenerator<string> {
    for (const [name, [hash, text, selector]] of Object.entries(PAGES)) {
      await page.goTo(hash());
      await page.see(text, selector);
      yield name;
    }
  }

  it(
    'a supervisor sees the own team with its names, and of others nothing',
    async () => {
      await page.logIn('mia', PASSWORD);
      for await (const name of everyPage()) {
        expect([name, await html()]).toEqual([name, expect.not.stringMatching(/-of-billing|about billing/)]);
        if (name !== 'health') expect([name, await html()]).toEqual([name, expect.stringContaining('-of-sales')]);
      }
      await page.goTo('#/wall');
      await page.see('1 live, 1 shown', '.wall');
      await page.goTo('#/alerts');
      await page.see(/1 alert\b/, '.alerts');
      await page.see('Acknowledge', '.alert-row .actions');
      await page.goTo(`#/sessions/${ids.billing}`);
      await page.see('The history has no such session.', '[role=alert]');
    },
    LIMIT_MS,
  );

  it(
    'an analyst sees what is said in all teams, no names, and changes nothing',
    async () => {
      await page.logIn('ann', PASSWORD);
      for await (const name of everyPage()) {
        expect([name, await html()]).toEqual([name, expect.not.stringMatching(NAMES)]);
        const buttons = await page.page.run<string[]>(
          `return [...document.querySelectorAll('button, summary')].map((one) => one.innerText)`,
        );
        expect(buttons.filter((text) => /acknowledge|take it|hand over|correct/i.test(text))).toEqual([]);
      }
      await page.goTo('#/wall');
      await page.see('2 live, 2 shown; names are hidden from your role', '.wall');
      await page.goTo('#/alerts');
      await page.see(WORDS.billing, '.alert-list');
      await page.see('81 % (the rule says 60 %)', '.alert-row .evidence');
      await page.see(`Conversation ${ids.sales.slice(-6)}`, '.alert-list');
    },
    LIMIT_MS,
  );

  it(
    'an admin sees all of it, and every page keeps nobody out: in both colours, and on a screen of 360 px',
    async () => {
      await page.logIn('ada', PASSWORD);
      for await (const name of everyPage()) {
        if (!['health', 'a conversation'].includes(name)) await page.see(WORDS.billing);
        for (const scheme of ['dark', 'light'] as const) {
          await page.colours(scheme);
          expect([name, scheme, await page.violations()]).toEqual([name, scheme, []]);
        }
        await page.size(360, 800);
        expect([name, await page.overflowPx()]).toEqual([name, 0]);
        await page.size(1280, 800);
      }
    },
    LIMIT_MS,
  );

  it(
    'who goes to another page as the first is drawn gets there (nobody heard of it in the moment before)',
    async () => {
      await page.goTo('#/wall');
      await page.page.run(`
        new MutationObserver((_, all) => {
          if (!document.body.innerText.includes('Log out')) return;
          all.disconnect();
          location.hash = '#/alerts';
        }).observe(document.body, { childList: true, subtree: true });
      `);
      await page.logIn('ada', PASSWORD);
      await page.see('Lawyer in sales', '.alert-list');
    },
    LIMIT_MS,
  );

  it(
    'an alert tells why and whose, and opens its conversation at that second',
    async () => {
      await page.logIn('ada', PASSWORD);
      await page.goTo('#/alerts');
      await page.see('Lawyer in sales', '.alert-list');
      const sales = `[...document.querySelectorAll('.alert-row')].find((one) => one.innerText.includes('Lawyer in sales'))`;
      const text = await page.page.run<string>(`return ${sales}.innerText`);
      expect(text).toMatch(/agent-of-sales with customer-of-sales · Voice · sales · disputes/);
      expect(text).toMatch(/anger 81 % \(the rule says 60 %\), since 0:08/i);
      expect(text).toMatch(/0:16 Customer: .*I will speak to my lawyer about sales/);
      await eventually(() =>
        page.page.run(`const a = ${sales}?.querySelector('.actions a'); a?.click(); return a instanceof Element`),
      );
      await page.see('customer-of-sales', 'h1');
      expect(await page.page.run('return location.hash')).toBe(`#/sessions/${ids.sales}?at=14000`);
      await page.see('At 0:14', '.moment');
    },
    LIMIT_MS,
  );

  it(
    'a page whose script does not come says so, and is there when it is asked for again',
    async () => {
      await page.logIn('ada', PASSWORD);
      await page.page.send('Network.enable');
      await page.page.send('Network.setBlockedURLs', { urls: ['*conversation-page*'] });
      await page.reload();
      await page.goTo(`#/sessions/${ids.sales}`);
      await page.see('This page could not be loaded.', '[role=alert]');
      await page.page.send('Network.setBlockedURLs', { urls: [] });
      await page.page.run('window.isOfBefore = true');
      await page.press('Try again');
      // between two pages there is none that a script could run in
      await eventually(() => page.page.run<boolean>('return !window.isOfBefore').catch(() => false));
      await page.see(WORDS.sales, '.transcript');
    },
    LIMIT_MS,
  );
});
