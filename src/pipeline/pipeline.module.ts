import { Inject, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config';
import { DeliveryModule } from '../delivery/delivery.module';
import type { SessionTracer } from '../facts/session-trace';
import { RESULT_STORE, type ResultStore } from '../delivery/result-feed';
import { INFERENCE_POOL, type InferencePool } from '../inference/inference-pool';
import { MeteredPool } from '../inference/metered-pool';
import { ModelsModule } from '../models/models.module';
import { loadWrittenLanguages, readLanguage } from '../models/encode/written-language';
import { faultLog } from '../ops/faults';
import { MeterModule } from '../ops/meter.module';
import { SESSION_TRACER } from '../ops/traces/session-tracers';
import { TracesModule } from '../ops/traces/traces.module';
import { METER, type ServiceMeter } from '../ops/service-meter';
import { systemClock } from '../streams/session-clock';
import { type StreamOptions, streamOptions } from '../streams/stream-options';
import { CONVERSATION_HOST, ConversationHost } from './conversation-host';
import { conversationFactory } from './conversation-factory';
import { FUSION_ASSETS, type FusionAssets, loadFusionAssets } from './fusion-assets';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits';
import { endUnfinishedSessions } from './unfinished-sessions';

const STREAM_OPTIONS = Symbol('StreamOptions');

@Module({
  imports: [ModelsModule, DeliveryModule, MeterModule, TracesModule],
  providers: [
    { provide: STREAM_OPTIONS, useFactory: () => streamOptions() },
    {
      provide: STREAM_LIMITS,
      inject: [STREAM_OPTIONS],
      useFactory: ({ maxStillPixels, maxUtteranceMs, allowedLatenessMs }: StreamOptions): StreamLimits => ({
        maxStillPixels,
        maxUtteranceMs,
        allowedLatenessMs,
      }),
    },
    { provide: FUSION_ASSETS, inject: [CONFIG], useFactory: (config: Config) => loadFusionAssets(config.modelsDir) },
    {
      provide: CONVERSATION_HOST,
      inject: [CONFIG, INFERENCE_POOL, RESULT_STORE, FUSION_ASSETS, STREAM_OPTIONS, METER, SESSION_TRACER],
      useFactory: async (
        config: Config,
        pool: InferencePool,
        store: ResultStore,
        assets: FusionAssets,
        options: StreamOptions,
        meter: ServiceMeter,
        tracer: SessionTracer,
      ) => {
        await loadWrittenLanguages();
        const onFault = faultLog('conversation');
        const create = conversationFactory({
          clock: systemClock,
          pool: new MeteredPool(pool, meter),
          store,
          assets,
          options,
          meter,
          onFault,
          readLanguage,
        });
        return new ConversationHost(create, config.maxSessions, onFault, tracer);
      },
    },
  ],
  exports: [CONVERSATION_HOST, STREAM_LIMITS],
})
export class PipelineModule implements OnApplicationBootstrap {
  private readonly logger = new Logger('Pipeline');

  constructor(@Inject(RESULT_STORE) private readonly store: ResultStore) {}

  async onApplicationBootstrap(): Promise<void> {
    const ended = await endUnfinishedSessions(this.store, () => new Date());
    if (ended > 0) this.logger.warn({ msg: 'ended the sessions that a dead process left open', sessions: ended });
  }
}
