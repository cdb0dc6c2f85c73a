import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, DEVELOPMENT_KEY } from '../config/config';
import { createService, listen } from '../service';

export interface LocalService {
  /** `ws://127.0.0.1:PORT/v1/stream` */
  readonly url: string;
  readonly apiKey: string;
  /** Ends it and removes its data. */
  readonly close: () => Promise<void>;
}

/**
 * The real service for this process alone: loopback, any free port, the development key, a data folder that goes with
 * it, no Kafka. Models and workers are as the settings say. Rejects with RapportError.
 */
export async function startLocalService(settings: Config): Promise<LocalService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-analyze-'));
  const remove = (): void => rmSync(dataDir, { recursive: true, force: true });
  try {
    const config: Config = {
      ...settings,
      ...{ port: 0, host: '127.0.0.1', dataDir, apiKeys: [], kafkaBrokers: [], logLevel: 'silent' },
      ...{ jwt: undefined, tls: undefined, allowedOrigins: undefined, trustedProxies: [] },
    };
    const app = await createService(config);
    const port = await listen(app, config);
    const close = async (): Promise<void> => {
      await app.close().finally(remove);
    };
    return { url: `ws://127.0.0.1:${port}/v1/stream`, apiKey: DEVELOPMENT_KEY, close };
  } catch (error) {
    remove();
    throw error;
  }
}
