import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCall, sampleStills } from '../support/call';
import { eventually } from '../support/eventually';
import { holdCall } from '../support/hold-call';
import { ServiceProcess } from '../support/service-process';
import { softwareVulkan } from '../support/software-vulkan';

const MODELS = join(__dirname, '../../models');
const ON_WEBGPU = 'blazeface-front';
const vulkan = softwareVulkan();
const missing = 'missing' in vulkan ? vulkan.missing : undefined;

interface Served {
  readonly name: string;
  readonly provider: string;
  readonly notTaken: readonly { readonly provider: string; readonly reason: string }[];
}

/** The service with the real runtime; only the smallest model may leave the CPU, since a driver in software is slow. */
describe('the webgpu rung', () => {
  const modelsDir = mkdtempSync(join(tmpdir(), 'rapport-models-'));
  let service: ServiceProcess | undefined;

  beforeAll(() => {
    for (const name of readdirSync(MODELS, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? e.name : []))) {
      mkdirSync(join(modelsDir, name));
      for (const file of readdirSync(join(MODELS, name))) {
        if (file !== 'model.json') symlinkSync(join(MODELS, name, file), join(modelsDir, name, file));
      }
      const manifest = JSON.parse(readFileSync(join(MODELS, name, 'model.json'), 'utf8')) as object;
      const providers = name === ON_WEBGPU ? ['webgpu', 'cpu'] : ['cpu'];
      writeFileSync(join(modelsDir, name, 'model.json'), JSON.stringify({ ...manifest, providers }));
    }
  });
  afterEach(() => service?.remove());
  afterAll(() => rmSync(modelsDir, { recursive: true }));

  const serve = async (
    env: Record<string, string>,
  ): Promise<{ door: { url: string; key: string }; served: Served }> => {
    service = new ServiceProcess({
      RAPPORT_PROVIDERS: 'webgpu',
      RAPPORT_WORKERS: '1',
      RAPPORT_MODELS_DIR: modelsDir,
      ...env,
    });
    const door = await service.door();
    const body = (await (await fetch(`${door.http}/readyz`)).json()) as { details: { models: { served: Served[] } } };
    return { door, served: body.details.models.served.find(({ name }) => name === ON_WEBGPU)! };
  };
  const logged = (msg: string): Record<string, unknown>[] =>
    service!.stdout
      .split('\n')
      .slice(0, -1) // what stands behind the last one is not a whole line yet
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line.msg === msg);

  (missing ? it.skip : it)(
    `serves a call on a driver in software, with parity${missing ? ` (skipped: ${missing})` : ''}`,
    async () => {
      const { door, served } = await serve('env' in vulkan ? vulkan.env : {});
      expect(served).toMatchObject({ provider: 'webgpu', notTaken: [] });
      await eventually(() => logged('model serves').some(({ model }) => model === ON_WEBGPU));
      const report = logged('model serves').find(({ model }) => model === ON_WEBGPU)!;
      expect(report).toMatchObject({ provider: 'webgpu' });
      expect(report.worstCosine).toBeGreaterThan(0.99);

      const stills = { party: 'customer', jpegs: sampleStills(2), everyMs: 1000 } as const;
      const call = makeCall({ stills, chat: [{ party: 'customer', ptsMs: 500, text: 'I am furious' }] });
      const heard = await holdCall(door, call, { pace: 1, speed: 1 });
      expect(heard.windows.some(({ modalities }) => modalities.face.present)).toBe(true);
      expect(logged('inference goes down a rung')).toEqual([]);
    },
    180_000,
  );

  it('is passed over without a driver, and the reason is told', async () => {
    const nowhere = join(modelsDir, 'no-driver.json');
    const { served } = await serve({ VK_ICD_FILENAMES: nowhere, VK_DRIVER_FILES: nowhere });
    const notTaken = [{ provider: 'webgpu', reason: expect.stringMatching(/^Failed to get a WebGPU adapter: \w+/) }];
    expect(served).toMatchObject({ provider: 'cpu', notTaken });
    const report = () => logged('model serves').find(({ model }) => model === ON_WEBGPU);
    await eventually(() => report() !== undefined);
    expect(report()).toMatchObject({
      provider: 'cpu',
      notTaken,
    });
  }, 60_000);
});
