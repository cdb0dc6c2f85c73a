import { join } from 'node:path';
import { RESULT_STORE, type ResultStore } from '../../src/delivery/result-feed';
import { CHROMIUM } from '../support/chromium';
import { eventually } from '../support/eventually';
import { addUser, logIn, PASSWORD } from '../support/people';
import { type RunningService, startService } from '../support/service';
import { buildDashboard, Dashboard } from './support/dashboard';
import { stageAlerts } from './support/staged-alerts';
import { stage } from './support/staged-call';
import { stageConversation } from './support/staged-conversation';
import { STAGED_WALL } from './support/staged-wall';

/** `RAPPORT_SCREENSHOTS=1` writes the pictures of docs/dashboard.md; other tests see to what these pages do. */
const PICTURES = process.env.RAPPORT_SCREENSHOTS === undefined ? undefined : join(__dirname, '../../docs/dashboard');
const WHY = PICTURES === undefined ? ' (skipped: RAPPORT_SCREENSHOTS is not set)' : '';

(PICTURES === undefined || CHROMIUM === undefined ? describe.skip : describe)(`pictures of the dashboard${WHY}`, () => {
  let service: RunningService;
  let page: Dashboard;
  let calls: string[];

  beforeAll(async () => {
    buildDashboard();
    service = await startService();
    await addUser(service, { name: 'mia', tenant: 'demo', role: 'supervisor' });
    const store = service.app.get<ResultStore>(RESULT_STORE, { strict: false });
    calls = await Promise.all([
      stageConversation(store, 'demo', { agentId: 'Priya N.', customerId: 'Dana W.' }, { agoMs: 0 }),
      stageConversation(store, 'demo', { agentId: 'Hana K.', customerId: 'Ruben O.' }, { agoMs: 86_400_000 }),
    ]);
    await Promise.all(STAGED_WALL.map((call) => stage(store, 'demo', call, Date.now())));
    const headers = { cookie: await logIn(service, 'mia'), origin: service.http };
    const ask = async (path: string): Promise<string> =>
      (await fetch(`${service.http}/v1/${path}`, { headers })).text();
    await eventually(async () => (await ask('sessions?live=false')).split('"endedAt"').length > 2);
    await stageQueue(store);
    page = await Dashboard.open(service.http);
    await page.size(1600, 900, 1.5);
    await page.page.send('Emulation.setScrollbarsHidden', { hidden: true });
  }, 150_000);
  afterAll(async () => {
    await page?.close();
    await service?.close();
  }, 150_000);

  /** A queue of alerts of which one was seen to and one taken. */
  async function stageQueue(store: ResultStore): Promise<void> {
    await addUser(service, { name: 'lea', tenant: 'queue', role: 'supervisor' });
    await stageAlerts(store, 'queue');
    const headers = { cookie: await logIn(service, 'lea'), origin: service.http };
    const listed = async (): Promise<readonly { id: string; name: string }[]> =>
      ((await (await fetch(`${service.http}/v1/alerts`, { headers })).json()) as { alerts: [] }).alerts;
    await eventually(async () => (await listed()).length === 6);
    const handle = async (wanted: string, action: string, body?: object): Promise<void> => {
      const { id } = (await listed()).find(({ name }) => name === wanted)!;
      const answer = await fetch(`${service.http}/v1/alerts/${id}/${action}`, {
        ...{ method: 'POST', headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      expect([wanted, action, answer.status]).toEqual([wanted, action, 200]);
    };
    await handle('Wants to cancel', 'acknowledge');
    await handle('Wants to cancel', 'note', { note: 'Called back: keeps the contract if the price stays.' });
    await handle('Asks for a supervisor', 'assign', { assignee: 'local:lea' });
  }

  async function take(name: string, scheme: 'light' | 'dark'): Promise<void> {
    await page.colours(scheme);
    await page.page.run('document.activeElement?.blur(); window.scrollTo(0, 0)');
    await page.drawn();
    expect([name, await page.violations()]).toEqual([name, []]);
    await page.picture(join(PICTURES!, `${name}-${scheme}.png`));
  }

  it('of the queue of alerts', async () => {
    await page.logIn('lea', PASSWORD);
    await page.goTo('#/alerts');
    await page.see('Called back', '.alert-list');
    for (const scheme of ['light', 'dark'] as const) await take('alerts', scheme);
    await page.press('Log out');
  }, 150_000);

  it.each(['light', 'dark'] as const)(
    'of a conversation and of the search, in %s',
    async (scheme) => {
      if (scheme === 'light') await page.logIn('mia', PASSWORD);
      await page.goTo(`#/sessions/${calls[0]!}?at=155000`);
      await page.see('cancel the whole contract', '.transcript [aria-current]');
      await page.see(/seconds of the customer assessed/, '.summary');
      await take('conversation', scheme);
      await page.goTo('#/search?q=charged%20twice%20and%20nobody%20answers');
      await page.see('You charged me twice', '.found');
      await take('search', scheme);
    },
    150_000,
  );
});
