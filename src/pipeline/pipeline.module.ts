import { join } from 'node:path';
import { Logger, Module } from '@nestjs/common';
import { rulesOfTeam } from '../alerts/compiled-rule';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { DATA_KEYS, DeliveryModule } from '../delivery/delivery.module';
import type { DataKeys } from '../delivery/erasure/data-keys';
import { ERASURES, type Erasures } from '../delivery/erasure/erasures';
import { WaitingVectors } from '../facts/waiting-vectors';
import type { SessionTracer } from '../facts/session-trace';
import { RESULT_STORE, type ResultStore } from '../delivery/result-feed';
import { INFERENCE_POOL, type InferencePool } from '../inference/inference-pool';
import { modelRefs } from '../inference/served-models';
import { MeteredPool } from '../inference/metered-pool';
import { ModelsModule } from '../models/models.module';
import { loadWrittenLanguages, readLanguage } from '../models/encode/written-language';
import { faultLog } from '../ops/faults';
import { MeterModule } from '../ops/meter.module';
import { SESSION_TRACER } from '../ops/traces/session-tracers';
import { TracesModule } from '../ops/traces/traces.module';
import { METER, type ServiceMeter } from '../ops/service-meter';
import { SESSION_CLOCK, type SessionClock, systemClock } from '../streams/session-clock';
import { type StreamOptions, streamOptions } from '../streams/stream-options';
import { AlertsModule } from './alerts/alerts.module';
import { RULE_BOOK, type RuleBook } from './alerts/rule-book';
import { CONVERSATION_HOST, ConversationHost } from './conversation-host';
import { conversationFactory } from './conversation-factory';
import { FUSION_ASSETS, type FusionAssets, loadFusionAssets } from './fusion-assets';
import { findVideoDecoders } from '../streams/video/find-video-decoders';
import { VIDEO_DECODERS, type VideoDecoders } from '../streams/video/video-decoder';
import { auditIntents } from './intents/intent-audit';
import { TENANT_INTENTS, TenantIntents } from './intents/tenant-intents';
import { SHED_CONTROLLER, ShedController } from './shedding/shed-controller';
import { STREAM_LIMITS, type StreamLimits } from './stream-limits';
import { SESSION_RECOVERY, SessionRecovery } from './resume/session-recovery';
import { SnapshotFiles } from './resume/snapshot-files';
import { SESSION_ERASER, SessionEraser } from './session-eraser';

const STREAM_OPTIONS = Symbol('StreamOptions');

@Module({
  imports: [ModelsModule, DeliveryModule, MeterModule, TracesModule, AlertsModule],
  providers: [
    { provide: SESSION_CLOCK, inject: [SERVICE_PARTS], useFactory: ({ clock }: ServiceParts) => clock ?? systemClock },
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
    { provide: VIDEO_DECODERS, inject: [CONFIG, STREAM_OPTIONS], useFactory: startVideo },
    { provide: SHED_CONTROLLER, inject: [INFERENCE_POOL], useFactory: watchPressure },
    { provide: FUSION_ASSETS, inject: [CONFIG], useFactory: (config: Config) => loadFusionAssets(config.modelsDir) },
    // After the store, whose lock on the data folder holds for the intents in it too.
    { provide: TENANT_INTENTS, inject: [CONFIG, INFERENCE_POOL, FUSION_ASSETS, RESULT_STORE], useFactory: openIntents },
    { provide: WaitingVectors, useFactory: () => new WaitingVectors() },
    {
      provide: SnapshotFiles,
      inject: [CONFIG],
      useFactory: ({ dataDir }: Config) => new SnapshotFiles(join(dataDir, 'sessions')),
    },
    {
      provide: SESSION_RECOVERY,
      inject: [CONVERSATION_HOST, RESULT_STORE, SnapshotFiles, SESSION_CLOCK],
      useFactory: (host: ConversationHost, store: ResultStore, files: SnapshotFiles, clock: SessionClock) =>
        new SessionRecovery({
          host,
          store,
          files,
          clock,
          wallNow: () => new Date(),
          onFault: faultLog('conversation'),
        }),
    },
    {
      provide: CONVERSATION_HOST,
      inject: [
        CONFIG,
        INFERENCE_POOL,
        RESULT_STORE,
        FUSION_ASSETS,
        STREAM_OPTIONS,
        VIDEO_DECODERS,
        METER,
        SESSION_TRACER,
        TENANT_INTENTS,
        SESSION_CLOCK,
        SnapshotFiles,
        SHED_CONTROLLER,
        DATA_KEYS,
        RULE_BOOK,
        WaitingVectors,
      ],
      useFactory: async (
        config: Config,
        pool: InferencePool,
        store: ResultStore,
        assets: FusionAssets,
        options: StreamOptions,
        video: VideoDecoders,
        meter: ServiceMeter,
        tracer: SessionTracer,
        intents: TenantIntents,
        clock: SessionClock,
        snapshots: SnapshotFiles,
        shedding: ShedController,
        keys: DataKeys | null,
        rules: RuleBook,
        waitingVectors: WaitingVectors,
      ) => {
        await loadWrittenLanguages();
        const onFault = faultLog('conversation');
        const create = conversationFactory({
          clock,
          pool: new MeteredPool(pool, meter),
          store,
          assets,
          intentsOf: (tenant) => intents.indexOf(tenant),
          alertRulesOf: (tenant, team) => rulesOfTeam(rules.rulesOf(tenant), team),
          options,
          snapshots: config.resumeWindowMs === 0 ? undefined : snapshots,
          video,
          allowsAgentEmotion: config.agentEmotion,
          meter,
          onFault,
          readLanguage,
          waitingVectors: config.history.kind === 'off' ? undefined : waitingVectors,
          shedding,
        });
        const dataKeyOf = keys === null ? undefined : keys.idFor.bind(keys);
        return new ConversationHost(create, config.maxSessions, onFault, tracer, dataKeyOf);
      },
    },
    {
      provide: SESSION_ERASER,
      inject: [CONVERSATION_HOST, SnapshotFiles, ERASURES],
      useFactory: (host: ConversationHost, files: SnapshotFiles, erasures: Erasures) =>
        new SessionEraser(host, files, erasures),
    },
  ],
  exports: [
    CONVERSATION_HOST,
    SESSION_RECOVERY,
    SESSION_ERASER,
    SESSION_CLOCK,
    STREAM_LIMITS,
    FUSION_ASSETS,
    VIDEO_DECODERS,
    TENANT_INTENTS,
    SHED_CONTROLLER,
    AlertsModule,
    WaitingVectors,
  ],
})
export class PipelineModule {}

/** Each change is one line of the log and one event of the audit trail: names and counts, never an example. */
function openIntents(
  { dataDir }: Config,
  pool: InferencePool,
  { intents: defaults, textEncoder }: FusionAssets,
  store: ResultStore,
): Promise<TenantIntents> {
  const logger = new Logger('Intents');
  return TenantIntents.open({
    folder: join(dataDir, 'intents'),
    pool,
    defaults,
    // a pool of another kind in the same data folder is another encoder too
    encoder: [textEncoder, ...modelRefs(pool.models, ['text']).map(({ name }) => name)].join(' by '),
    now: () => new Date(),
    onChange: async (change) => {
      logger.log({ msg: 'custom intents changed', ...change });
      try {
        await auditIntents(store, change);
      } catch (error) {
        // it is live already: the line above stands for it
        logger.error({ msg: 'a change of custom intents is not in the audit trail', error: String(error) });
      }
    },
  });
}

/** Each decision is one line of the log, with the signs that it went by. */
function watchPressure(pool: InferencePool): ShedController {
  const logger = new Logger('Shedding');
  return new ShedController(
    {},
    () => pool.queueShare ?? 0,
    (step, active, pressure) =>
      logger.warn({ msg: active ? 'under pressure, gives up a step' : 'takes up a step again', step, ...pressure }),
  );
}

/** Looked for once; what was found, and why not the other, is said once. */
async function startVideo({ video }: Config, options: StreamOptions): Promise<VideoDecoders> {
  const logger = new Logger('Video');
  const limits = {
    stillsPerSecond: options.videoStillsPerSecond,
    maxStillWidthPx: options.maxVideoStillWidthPx,
    maxVideoPixels: options.maxVideoPixels,
    maxVideoBytes: options.maxVideoDecoderBytes,
  };
  const decoders = await findVideoDecoders(video, limits, (why) => logger.warn({ msg: 'video decoder failed', why }));
  const { choice, max } = decoders;
  logger.log({ msg: choice.decoder === 'none' ? 'no decoder for video' : 'video is decoded', ...choice, max });
  return decoders;
}
