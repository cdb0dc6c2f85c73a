import { ScriptedPool } from '../../src/models/scripted-pool';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

describe('health', () => {
  let service: RunningService;
  afterEach(() => service.close());

  const get = async (path: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(`${service.http}${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('says that it lives, and what it serves', async () => {
    service = await startService();
    expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
    const { status, body } = await get('/readyz');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: {
        models: {
          status: 'up',
          liveWorkers: 1,
          served: expect.arrayContaining([expect.objectContaining({ provider: expect.any(String) })]),
        },
        sessions: { status: 'up', live: 0, max: 64 },
        storage: { status: 'up', budgetBytes: 2 ** 31, pendingBytes: 0 },
        kafka: { status: 'up', configured: false },
        shedding: { status: 'up', steps: [], latenessP95Ms: 0, finalP95Ms: 0, queueShare: 0 },
        video: { status: 'up', decoder: expect.any(String), inUse: 0, max: 8 },
      },
    });
  });

  it('is not ready while every session is taken', async () => {
    service = await startService({ maxSessions: 1 });
    const client = await RawClient.open(service.url, service.key);
    await client.start();
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { status: 'error' } });
    client.json({ type: 'session.end' });
    await client.closed;
    expect((await get('/readyz')).status).toBe(200);
  });

  it('is not ready without an inference worker', async () => {
    const pool = new ScriptedPool();
    Object.defineProperty(pool, 'liveWorkers', { value: 0 });
    service = await startService({}, pool);
    expect(await get('/readyz')).toMatchObject({ status: 503, body: { error: { models: { status: 'down' } } } });
    expect((await get('/healthz')).status).toBe(200);
  });
});
