import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { type Config, DEVELOPMENT_KEY, readConfig } from '../../src/config/config';
import type { ServiceParts } from '../../src/config/service-parts';
import type { InferencePool } from '../../src/inference/inference-pool';
import { ResumableSessions } from '../../src/gateway/resume/resumable-sessions';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { createService, listen } from '../../src/service';
import { eventually } from './eventually';

/** Resolves once so many sessions of the service wait for their clients: it has noticed that their connections broke. */
export async function detached({ app }: RunningService, sessions = 1): Promise<void> {
  const resumable = app.get(ResumableSessions, { strict: false });
  await eventually(() => resumable.detachedCount >= sessions);
}

export interface RunningService {
  readonly app: INestApplication;
  readonly config: Config;
  /** `ws://127.0.0.1:PORT/v1/stream` */
  readonly url: string;
  /** `http://127.0.0.1:PORT` */
  readonly http: string;
  readonly key: string;
  close(): Promise<void>;
}

/** The real service on a free port with a data folder of its own; scripted models unless a pool is given. */
export async function startService(
  overrides: Partial<Config> = {},
  pool: InferencePool = new ScriptedPool(),
  gateway: ServiceParts['gateway'] = {},
  more: Pick<ServiceParts, 'clock' | 'wallClock' | 'files'> = {},
): Promise<RunningService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-test-'));
  const config: Config = {
    ...readConfig({ PORT: '0', LOG_LEVEL: 'silent' }),
    dataDir,
    ...overrides,
  };
  const app = await createService(config, { pool, gateway, ...more });
  const port = await listen(app, config);
  return {
    app,
    config,
    url: `ws://127.0.0.1:${port}/v1/stream`,
    http: `http://127.0.0.1:${port}`,
    key: config.apiKeys[0]?.key ?? DEVELOPMENT_KEY,
    close: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
