import { join } from 'node:path';
import { RESULT_STORE, type ResultStore } from '../../src/delivery/result-feed';
import { CHROMIUM } from '../support/chromium';
import { addUser, PASSWORD } from '../support/people';
import { type RunningService, startService } from '../support/service';
import { buildDashboard, Dashboard } from './support/dashboard';
import { stage } from './support/staged-call';
import { STAGED_WALL } from './support/staged-wall';

/** `RAPPORT_SCREENSHOTS=1` writes the pictures of docs/dashboard.md; without it they are looked at, and kept nowhere. */
const FOLDER = process.env.RAPPORT_SCREENSHOTS === undefined ? undefined : join(__dirname, '../../docs/dashboard');

const withChromium = CHROMIUM === undefined ? describe.skip : describe;

withChromium(`a busy wall${CHROMIUM === undefined ? ' (skipped: no chromium)' : ''}`, () => {
  let service: RunningService;
  let wall: Dashboard;

  beforeAll(async () => {
    buildDashboard();
    service = await startService();
    await addUser(service, { name: 'mia', tenant: 'development', role: 'supervisor' });
    const store = service.app.get<ResultStore>(RESULT_STORE, { strict: false });
    await Promise.all(STAGED_WALL.map((call) => stage(store, 'development', call, Date.now())));
    wall = await Dashboard.open(service.http);
    await wall.size(1440, 900, 2);
    await wall.logIn('mia', PASSWORD);
  }, 60_000);
  afterAll(async () => {
    await wall.close();
    await service.close();
  });

  it.each(['light', 'dark'] as const)(
    'in %s colours has the most urgent first, and keeps nobody out',
    async (scheme) => {
      await wall.colours(scheme);
      await wall.see('Olu A.', '.cards');
      await wall.see('Not enough evidence', '.cards');
      const first = await wall.text('.cards > li');
      expect(first).toMatch(/Priya N\.[^]*Anger, 81 % sure[^]*getting worse[^]*Angry for 10 s/);
      expect(await wall.violations()).toEqual([]);
      if (FOLDER !== undefined) await wall.picture(join(FOLDER, `wall-${scheme}.png`));
      await wall.press('List');
      await wall.see('Customer seems', '.sessions');
      expect(await wall.violations()).toEqual([]);
      await wall.press('Cards');
    },
    60_000,
  );
});
