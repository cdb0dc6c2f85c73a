import type { Task } from './manifest';
import type { ModelSet } from './model-folder';
import { climb, defaultWorkers, type GpuProvider, type Machine, providersOfWorker } from './providers';

const models = (ladders: Partial<Record<Task, readonly string[]>>): ModelSet =>
  Object.fromEntries(
    Object.entries(ladders).map(([task, providers]) => [
      task,
      { path: task, manifest: { name: task, task, providers } },
    ]),
  ) as unknown as ModelSet;

/** A machine that has what is named, and where the named models fail on it. */
function machine(has: Partial<Record<GpuProvider, Partial<Record<Task, string>>>>): Machine & { tried: string[] } {
  const tried: string[] = [];
  return {
    tried,
    missing: (provider) => (has[provider] ? undefined : `no ${provider} here`),
    tryRung: async (provider, folders, { mustBeatCpu }) => {
      const names = folders.map(({ manifest }) => manifest.task);
      tried.push(`${provider}: ${names.join()}${mustBeatCpu ? ', faster' : ''}`);
      const failed = Object.entries(has[provider]!) as [Task, string][];
      return new Map(failed.filter(([task]) => names.includes(task)));
    },
  };
}

const MODELS = models({ 'voice-activity': ['cpu'], speech: ['cuda', 'webgpu', 'cpu'], text: ['webgpu', 'cpu'] });

describe('climb', () => {
  it('tries each rung once, for all models that stand before it, and goes down where one fails', async () => {
    const seen = machine({ cuda: { speech: 'cosine .5' }, webgpu: { text: 'slow' } });
    expect(await climb(MODELS, { wanted: 'auto' }, seen)).toEqual({
      'voice-activity': { provider: 'cpu', notTaken: [] },
      speech: { provider: 'webgpu', notTaken: [{ provider: 'cuda', reason: 'cosine .5' }] },
      text: { provider: 'cpu', notTaken: [{ provider: 'webgpu', reason: 'slow' }] },
    });
    expect(seen.tried).toEqual(['cuda: speech, faster', 'webgpu: speech,text, faster']);
  });

  it('tries nothing where nothing is there', async () => {
    const seen = machine({});
    const { speech } = await climb(MODELS, { wanted: 'auto' }, seen);
    expect(speech).toEqual({
      provider: 'cpu',
      notTaken: [
        { provider: 'cuda', reason: 'no cuda here' },
        { provider: 'webgpu', reason: 'no webgpu here' },
      ],
    });
    expect(seen.tried).toEqual([]);
  });

  it('tries only what is wanted, and what is named also when it is slow', async () => {
    const seen = machine({ cuda: {}, webgpu: {} });
    const { speech } = await climb(MODELS, { wanted: ['webgpu'] }, seen);
    expect(speech.notTaken).toEqual([{ provider: 'cuda', reason: 'RAPPORT_PROVIDERS does not name it' }]);
    expect(seen.tried).toEqual(['webgpu: speech,text']);
    expect((await climb(MODELS, { wanted: ['cpu'] }, seen)).speech.provider).toBe('cpu');
    expect(seen.tried).toHaveLength(1);
  });

  it('keeps the order of the manifest, passes over names it does not know, and never goes below cpu', async () => {
    const odd = models({ speech: ['coreml', 'webgpu', 'cuda', 'cpu'], text: ['cpu', 'cuda'] });
    expect(await climb(odd, { wanted: 'auto' }, machine({ cuda: {}, webgpu: {} }))).toEqual({
      speech: { provider: 'webgpu', notTaken: [{ provider: 'coreml', reason: 'this version does not drive it' }] },
      text: { provider: 'cpu', notTaken: [] },
    });
  });

  it('does not go back to a rung that was lost', async () => {
    const seen = machine({ cuda: {}, webgpu: {} });
    const lost = new Map([['cuda', 'device lost'] as const]);
    const { speech } = await climb(MODELS, { wanted: 'auto', lost }, seen);
    expect(speech).toEqual({
      provider: 'webgpu',
      notTaken: [{ provider: 'cuda', reason: 'lost while running: device lost' }],
    });
  });
});

describe('workers', () => {
  it('share CUDA, but only one of them holds WebGPU', async () => {
    const plan = await climb(MODELS, { wanted: 'auto' }, machine({ cuda: {}, webgpu: {} }));
    expect(providersOfWorker(plan, false)).toEqual({ 'voice-activity': 'cpu', speech: 'cuda', text: 'webgpu' });
    expect(providersOfWorker(plan, true)).toEqual({ 'voice-activity': 'cpu', speech: 'cuda', text: 'cpu' });
  });

  it('are one a core, with CUDA at most four', async () => {
    const plan = async (seen: Machine) => climb(MODELS, { wanted: 'auto' }, seen);
    expect(defaultWorkers(await plan(machine({ webgpu: {} })), 16)).toBe(16);
    expect(defaultWorkers(await plan(machine({ cuda: {} })), 16)).toBe(4);
    expect(defaultWorkers(await plan(machine({ cuda: {} })), 2)).toBe(2);
  });
});
