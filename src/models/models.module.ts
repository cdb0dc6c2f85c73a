import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { INFERENCE_POOL, type InferencePool } from '../inference/inference-pool';
import { WorkerPool } from './runtime/worker-pool';
import type { PoolEvent } from './runtime/worker-pool-options';

const logger = new Logger('Models');

/** Gives INFERENCE_POOL: checked and tested at the start, closed last. */
@Module({
  providers: [{ provide: INFERENCE_POOL, inject: [CONFIG, SERVICE_PARTS], useFactory: startPool }],
  exports: [INFERENCE_POOL],
})
export class ModelsModule implements OnApplicationShutdown {
  constructor(@Inject(INFERENCE_POOL) private readonly pool: InferencePool) {}

  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}

async function startPool(
  { modelsDir, workers, providers, dataDir }: Config,
  parts: ServiceParts,
): Promise<InferencePool> {
  if (parts.pool !== undefined) return parts.pool;
  const pool = await WorkerPool.start({ modelsDir, workers, providers, journalDir: dataDir, onEvent: logEvent });
  for (const report of pool.report) logger.log({ msg: 'model serves', ...report });
  return pool;
}

function logEvent(event: PoolEvent): void {
  if (event.type === 'worker-replaced') logger.log({ msg: 'inference worker replaced' });
  else if (event.type === 'job-quarantined') {
    logger.error({ msg: 'a job ended the service twice and is not run any more', name: event.name });
  } else if (event.type === 'no-journal') {
    logger.warn({ msg: 'running jobs cannot be noted: one that crashes will do so again', err: event.cause });
  } else if (event.type === 'rung-lost') logger.warn({ msg: 'inference goes down a rung', ...event.rung });
  else {
    const { cause, runningKinds, replaced } = event;
    logger.error({ msg: 'inference worker ended', err: cause, runningKinds, replaced });
  }
}
