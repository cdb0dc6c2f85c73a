import { Inject, Logger, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../../config/service-parts';
import { DeliveryModule } from '../../delivery/delivery.module';
import { ERASURES, type Erasures } from '../../delivery/erasure/erasures';
import { Outbox } from '../../delivery/outbox';
import { RECORD_TAP, type RecordTap } from '../../delivery/record-tap';
import { WaitingVectors } from '../../facts/waiting-vectors';
import { GatewayModule } from '../../gateway/gateway.module';
import { INFERENCE_POOL, type InferencePool } from '../../inference/inference-pool';
import { modelRefs } from '../../inference/served-models';
import { ModelsModule } from '../../models/models.module';
import { faultLog } from '../../ops/faults';
import { ReadinessParts } from '../../ops/readiness-parts';
import { ReadinessModule } from '../../ops/readiness.module';
import { FUSION_ASSETS, type FusionAssets } from '../../pipeline/fusion-assets';
import { PipelineModule } from '../../pipeline/pipeline.module';
import { Corrections } from './corrections';
import { CorrectionsController } from './corrections.controller';
import { History } from './history';
import { HistoryDesk } from './history-desk';
import { KEPT_HISTORY, type KeptHistory, openOrTell } from './kept-history';
import { SessionsController } from './sessions.controller';

const logger = new Logger('History');

/** Past conversations: kept, searched, forgotten. */
@Module({
  imports: [GatewayModule, DeliveryModule, ModelsModule, PipelineModule, ReadinessModule],
  controllers: [SessionsController, CorrectionsController],
  providers: [
    {
      provide: KEPT_HISTORY,
      // after the outbox, whose lock on the data folder holds for the file in it too
      inject: [CONFIG, SERVICE_PARTS, RECORD_TAP, INFERENCE_POOL, FUSION_ASSETS, WaitingVectors, Outbox],
      useFactory: keepHistory,
    },
    {
      provide: HistoryDesk,
      inject: [KEPT_HISTORY, INFERENCE_POOL, Outbox],
      useFactory: ({ history }: KeptHistory, pool: InferencePool, outbox: Outbox) => {
        if (history === undefined) return null;
        const { store } = history;
        return new HistoryDesk(store, pool, new Corrections(store, outbox), faultLog('history'));
      },
    },
  ],
  exports: [HistoryDesk],
})
export class HistoryModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(KEPT_HISTORY) private readonly kept: KeptHistory,
    @Inject(ERASURES) private readonly erasures: Erasures,
    @Inject(ReadinessParts) private readonly readiness: ReadinessParts,
  ) {}

  onApplicationBootstrap(): void {
    const { participant, history, readiness } = this.kept;
    if (participant !== undefined) this.erasures.join(participant);
    this.readiness.join('history', readiness);
    history?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.kept.history?.close();
  }
}

function keepHistory(
  { history, dataDir }: Config,
  { wallClock = Date.now }: ServiceParts,
  tap: RecordTap,
  pool: InferencePool,
  { textEncoder }: FusionAssets,
  vectors: WaitingVectors,
): Promise<KeptHistory> {
  const { keepMs, maxBytes } = history;
  const encoder = [textEncoder, ...modelRefs(pool.models, ['text']).map(({ name }) => name)].join(' by ');
  return openOrTell(
    history,
    dataDir,
    (store) =>
      new History({
        ...{ tap, store, pool, keepMs, maxBytes, nowMs: wallClock, encoder, vectors },
        onTrouble: (part, err) => {
          if (err === undefined) logger.log({ msg: 'the history is kept up again', part });
          else logger.error({ msg: 'the history waits, and is tried again', part, err });
        },
      }),
    (err) => logger.error({ msg: 'conversations go on without their history', err }),
  );
}
