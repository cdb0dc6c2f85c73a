import type { ExecutionContext } from '@nestjs/common';
import type { Doorkeeper } from './doorkeeper';
import { RightsGuard } from './rights.guard';

it('closes an endpoint without a rule to everybody, before anybody is asked who it is', async () => {
  const request = { method: 'GET', route: { path: '/v1/recordings' } };
  const context = { getType: () => 'http', switchToHttp: () => ({ getRequest: () => request }) };
  await expect(
    new RightsGuard({} as Doorkeeper).canActivate(context as unknown as ExecutionContext),
  ).rejects.toMatchObject({ code: 'forbidden', message: 'GET /v1/recordings is open to nobody.' });
});
