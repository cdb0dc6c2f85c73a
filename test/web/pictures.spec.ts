import { join } from 'node:path';
import { RESULT_STORE, type ResultStore } from '../../src/delivery/result-feed';
import { CHROMIUM } from '../support/chromium';
import { eventually } from '../support/eventually';
import { addUser, logIn, PASSWORD } from '../support/people';
import { type RunningService, startService } from '../support/service';
import { buildDashboard, Dashboard } from './support/dashboard';
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
    const { alerts } = JSON.parse(await ask('alerts')) as { alerts: { id: string; name: string }[] };
    const { id } = alerts.find(({ name }) => name === 'Wants to cancel')!;
    const note = JSON.stringify({ note: 'Called back: keeps the contract if the price stays.' });
    await fetch(`${service.http}/v1/alerts/${id}/acknowledge`, { method: 'POST', headers });
    await fetch(`${service.http}/v1/alerts/${id}/note`, { method: 'POST', headers, body: note });
    page = await Dashboard.open(service.http);
    await page.size(1600, 900, 1.5);
    await page.page.send('Emulation.setScrollbarsHidden', { hidden: true });
    await page.logIn('mia', PASSWORD);
  }, 150_000);
  afterAll(async () => {
    await page?.close();
    await service?.close();
  }, 150_000);

  it.each(['light', 'dark'] as const)(
    'in %s',
    async (scheme) => {
      await page.colours(scheme);
      const take = async (name: string): Promise<void> => {
        await page.page.run('document.activeElement?.blur(); window.scrollTo(0, 0)');
        // what was drawn last is there after two frames
        await page.page.run(
          'return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
        );
        expect([name, await page.violations()]).toEqual([name, []]);
        await page.picture(join(PICTURES!, `${name}-${scheme}.png`));
      };
      await page.goTo(`#/sessions/${calls[0]!}?at=155000`);
      await page.see('cancel the whole contract', '.transcript [aria-current]');
      await page.see(/seconds of the customer assessed/, '.summary');
      await take('conversation');
      await page.goTo('#/alerts');
      await page.see('Called back', '.alert-list');
      await take('alerts');
      await page.goTo('#/search?q=charged%20twice%20and%20nobody%20answers');
      await page.see('You charged me twice', '.found');
      await take('search');
    },
    150_000,
  );
});
