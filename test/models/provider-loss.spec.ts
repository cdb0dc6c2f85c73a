import { join } from 'node:path';
import type { Machine } from '../../src/models/runtime/providers';
import { WorkerPool } from '../../src/models/runtime/worker-pool';
import type { PoolEvent } from '../../src/models/runtime/worker-pool-options';
import { eventually } from '../support/eventually';
import { MODELS_DIR } from './models-dir';

/** Both GPU rungs are there and right; `losing-worker.cjs` plays the devices. */
const BOTH: Machine = { missing: () => undefined, tryRung: async () => new Map() };

describe('a GPU lost under a job', () => {
  let pool: WorkerPool;
  let events: PoolEvent[];

  const start = async (workers: number): Promise<void> => {
    events = [];
    pool = await WorkerPool.start({
      modelsDir: MODELS_DIR,
      workers,
      providers: ['cuda', 'webgpu'],
      machine: BOTH,
      workerPath: join(__dirname, 'losing-worker.cjs'),
      restartLimit: 0,
      onEvent: (event) => events.push(event),
    });
  };
  afterEach(() => pool.close());

  const embed = async (text: string) =>
    (await pool.submit('text-tokens', { text }, { sessionId: 'a session', jobClass: 'assessment' })).output.embedding;
  const standing = (task: string) => {
    const { provider, notTaken } = pool.models.find((model) => model.task === task)!;
    return { provider, notTaken: notTaken?.map((rung) => `${rung.provider}: ${rung.reason}`) };
  };

  it('sends the work down a rung, and again, and no job is harmed', async () => {
    await start(1);
    expect(standing('text')).toEqual({ provider: 'cuda', notTaken: [] });
    expect(standing('voice-activity')).toEqual({ provider: 'cpu', notTaken: [] });
    const before = await embed('Where is my refund?');

    const losing = embed('lose cuda');
    const waiting = embed('Where is my refund?');
    expect(await losing).toHaveLength(before.length);
    expect(await waiting).toEqual(before);
    const [cuda, webgpu] = ['cuda', 'webgpu'].map((name) => `${name}: lost while running: device lost`);
    expect(standing('text')).toEqual({ provider: 'webgpu', notTaken: [cuda] });

    await embed('lose webgpu');
    expect(standing('text')).toEqual({ provider: 'cpu', notTaken: [cuda, webgpu] });
    expect(standing('fusion')).toEqual({ provider: 'cpu', notTaken: [cuda, webgpu] });
    expect(await embed('Where is my refund?')).toEqual(before);
    expect(events.map(({ type }) => type)).toEqual(['rung-lost', 'worker-replaced', 'rung-lost', 'worker-replaced']);
    expect(pool.liveWorkers).toBe(1);
  }, 60_000);

  it('is told from a job of odd input, which fails alone', async () => {
    await start(1);
    await expect(embed('odd input')).rejects.toMatchObject({ code: 'inference_failed' });
    expect(standing('text').provider).toBe('cuda');
    expect(events).toEqual([]);
  }, 60_000);

  it('is left by every worker, and WebGPU has one worker only', async () => {
    await start(2);
    // The job goes to the other worker next, which loses its device to it as well.
    await embed('lose cuda');
    await eventually(() => pool.liveWorkers === 2);
    expect(standing('text').provider).toBe('webgpu+cpu');
  }, 60_000);
});
