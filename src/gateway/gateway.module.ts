import { Module, type BeforeApplicationShutdown, Inject, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { DeliveryModule } from '../delivery/delivery.module';
import { RESULT_STORE, type ResultStore } from '../delivery/result-feed';
import { MeterModule } from '../ops/meter.module';
import { METER, type ServiceMeter } from '../ops/service-meter';
import { PipelineModule } from '../pipeline/pipeline.module';
import { CONVERSATION_HOST, ConversationHost } from '../pipeline/conversation-host';
import { SESSION_RECOVERY, SessionRecovery } from '../pipeline/resume/session-recovery';
import { SESSION_CLOCK, type SessionClock } from '../streams/session-clock';
import { SessionAdmission } from './admission/session-admission';
import { SessionQuota } from './admission/session-quota';
import { OpenIdController } from './auth/people/openid.controller';
import { LoginController } from './auth/people/login.controller';
import { ViewAudit } from './auth/view-audit';
import { TokensController } from './auth/tokens.controller';
import { DoorModule } from './door.module';
import { ErasureController } from './erasure.controller';
import { GATEWAY_OPTIONS, type GatewayOptions } from './gateway-options';
import { IntentsController } from './intents.controller';
import { Observers } from './observe/observers';
import { RapportGateway } from './rapport.gateway';
import { Fleet } from './resume/fleet';
import { ResumableSessions } from './resume/resumable-sessions';
import { UpgradePolicy } from './upgrade-policy';

function toldAuditFault(error: unknown): void {
  new Logger('Audit').error({ msg: 'the audit trail of who saw what has a hole', error: String(error) });
}

@Module({
  imports: [DeliveryModule, PipelineModule, MeterModule, DoorModule],
  controllers: [TokensController, LoginController, OpenIdController, IntentsController, ErasureController],
  providers: [
    RapportGateway,
    {
      provide: SessionAdmission,
      inject: [CONVERSATION_HOST, SessionQuota],
      useFactory: (host: ConversationHost, quota: SessionQuota) => new SessionAdmission(host, quota),
    },
    {
      provide: ResumableSessions,
      inject: [CONVERSATION_HOST, GATEWAY_OPTIONS, SESSION_CLOCK, METER, CONFIG],
      useFactory: (
        host: ConversationHost,
        options: GatewayOptions,
        clock: SessionClock,
        meter: ServiceMeter,
        { fleet }: Config,
      ) => new ResumableSessions(host, options, clock, meter, new Fleet(fleet)),
    },
    {
      provide: ViewAudit,
      inject: [RESULT_STORE, SERVICE_PARTS],
      useFactory: (store: ResultStore, { wallClock = Date.now }: ServiceParts) =>
        new ViewAudit(store, wallClock, toldAuditFault),
    },
    {
      provide: Observers,
      inject: [ResumableSessions, GATEWAY_OPTIONS, ViewAudit],
      useFactory: (...parts: ConstructorParameters<typeof Observers>) => new Observers(...parts),
    },
  ],
  exports: [DoorModule, PipelineModule, ResumableSessions, SessionAdmission, ViewAudit],
})
export class GatewayModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Gateway');

  constructor(
    @Inject(CONVERSATION_HOST) private readonly host: ConversationHost,
    private readonly policy: UpgradePolicy,
    private readonly resumable: ResumableSessions,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(SESSION_RECOVERY) private readonly recovery: SessionRecovery,
  ) {}

  /** Before anybody can connect: the sessions of the process before wait for their clients. */
  async onApplicationBootstrap(): Promise<void> {
    const { recovered, over, ended } = await this.recovery.run(this.resumable.windowMs > 0);
    await Promise.all([...over, ...recovered].map((session) => this.resumable.adopt(session)));
    if (recovered.length > 0) this.logger.log({ msg: 'sessions go on', sessions: recovered.length });
    if (ended > 0) this.logger.warn({ msg: 'ended the sessions that a dead process left open', sessions: ended });
  }

  /** Runs while sockets are still open: nobody new comes in, and the live sessions get their last results. */
  async beforeApplicationShutdown(): Promise<void> {
    this.policy.beginShutdown();
    await this.host.shutdown(this.config.onShutdown === 'keep');
    this.resumable.close();
    await this.recovery.settled();
  }
}
