import { eventually } from '../support/eventually';
import { ServiceProcess } from '../support/service-process';

const NODE = process.execPath;

test('a start that a second one cannot mend is not tried again', async () => {
  const service = new ServiceProcess({ PORT: 'abc' }, [NODE, 'dist/supervise.js']);
  expect(await service.exited).toEqual({ code: 2, signal: null });
  expect(service.stderr.match(/config_invalid/g)).toHaveLength(1);
  await service.remove();
});

test('a supervisor that is killed takes its service with it', async () => {
  const service = new ServiceProcess({}, [NODE, 'test/support/supervised.cjs', 'test/support/scripted-service.cjs']);
  const { http } = await service.door();
  expect((await fetch(`${http}/healthz`)).status).toBe(200);
  await service.kill('SIGKILL');
  await eventually(() =>
    fetch(`${http}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  await service.remove();
});
