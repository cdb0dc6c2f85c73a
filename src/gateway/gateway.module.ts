import { Module, type BeforeApplicationShutdown, Inject } from '@nestjs/common';
import { CONFIG, DEVELOPMENT_KEY, DEVELOPMENT_TENANT, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { MeterModule } from '../ops/meter.module';
import { METER, type ServiceMeter } from '../ops/service-meter';
import { PipelineModule } from '../pipeline/pipeline.module';
import { CONVERSATION_HOST, ConversationHost } from '../pipeline/conversation-host';
import { SESSION_CLOCK, type SessionClock } from '../streams/session-clock';
import { ApiKeys } from './api-keys';
import { GATEWAY_OPTIONS, type GatewayOptions, defaultGatewayOptions } from './gateway-options';
import { IntentsController } from './intents.controller';
import { RapportGateway } from './rapport.gateway';
import { ResumableSessions } from './resume/resumable-sessions';
import { UpgradePolicy } from './upgrade-policy';

@Module({
  imports: [PipelineModule, MeterModule],
  controllers: [IntentsController],
  providers: [
    RapportGateway,
    {
      provide: GATEWAY_OPTIONS,
      inject: [CONFIG, SERVICE_PARTS],
      useFactory: (config: Config, parts: ServiceParts): GatewayOptions => ({
        ...defaultGatewayOptions(config.maxSessions),
        resumeWindowMs: config.resumeWindowMs,
        ...parts.gateway,
      }),
    },
    {
      provide: ResumableSessions,
      inject: [CONVERSATION_HOST, GATEWAY_OPTIONS, SESSION_CLOCK, METER],
      useFactory: (host: ConversationHost, options: GatewayOptions, clock: SessionClock, meter: ServiceMeter) =>
        new ResumableSessions(host, options, clock, meter),
    },
    {
      provide: ApiKeys,
      inject: [CONFIG],
      useFactory: (config: Config) => new ApiKeys(config.apiKeys, { tenant: DEVELOPMENT_TENANT, key: DEVELOPMENT_KEY }),
    },
    {
      provide: UpgradePolicy,
      inject: [ApiKeys, GATEWAY_OPTIONS],
      useFactory: (keys: ApiKeys, options: GatewayOptions) => new UpgradePolicy(keys, options.maxConnections),
    },
  ],
  exports: [GATEWAY_OPTIONS, UpgradePolicy, ApiKeys, ResumableSessions],
})
export class GatewayModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(CONVERSATION_HOST) private readonly host: ConversationHost,
    private readonly policy: UpgradePolicy,
    private readonly resumable: ResumableSessions,
  ) {}

  /** Runs while sockets are still open: nobody new comes in, and the live sessions get their last results. */
  async beforeApplicationShutdown(): Promise<void> {
    this.policy.beginShutdown();
    await this.host.shutdown();
    this.resumable.close();
  }
}
