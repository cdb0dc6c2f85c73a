import { Module, type BeforeApplicationShutdown, Inject } from '@nestjs/common';
import { MeterModule } from '../ops/meter.module';
import { METER, type ServiceMeter } from '../ops/service-meter';
import { PipelineModule } from '../pipeline/pipeline.module';
import { CONVERSATION_HOST, ConversationHost } from '../pipeline/conversation-host';
import { SESSION_CLOCK, type SessionClock } from '../streams/session-clock';
import { TokensController } from './auth/tokens.controller';
import { DoorModule } from './door.module';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options';
import { IntentsController } from './intents.controller';
import { RapportGateway } from './rapport.gateway';
import { ResumableSessions } from './resume/resumable-sessions';
import { UpgradePolicy } from './upgrade-policy';

@Module({
  imports: [PipelineModule, MeterModule, DoorModule],
  controllers: [TokensController, IntentsController],
  providers: [
    RapportGateway,
    {
      provide: ResumableSessions,
      inject: [CONVERSATION_HOST, GATEWAY_OPTIONS, SESSION_CLOCK, METER],
      useFactory: (host: ConversationHost, options: GatewayOptions, clock: SessionClock, meter: ServiceMeter) =>
        new ResumableSessions(host, options, clock, meter),
    },
  ],
  exports: [DoorModule, ResumableSessions],
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
