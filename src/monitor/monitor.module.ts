import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DeliveryModule } from '../delivery/delivery.module';
import { Outbox } from '../delivery/outbox';
import { GatewayModule } from '../gateway/gateway.module';
import { faultLog } from '../ops/faults';
import { AlertHandling } from './alerts/alert-handling';
import { AlertsController } from './alerts/alerts.controller';
import { AlertRulesController } from './alerts/alert-rules.controller';
import { LiveModule } from './live/live.module';
import { PageModule } from './page/page.module';

/** What supervisors look at and act on (docs/alerts.md). */
@Module({
  imports: [GatewayModule, DeliveryModule, LiveModule, PageModule],
  controllers: [AlertRulesController, AlertsController],
  providers: [
    {
      provide: AlertHandling,
      inject: [Outbox],
      useFactory: (outbox: Outbox) => new AlertHandling(outbox, faultLog('alerts')),
    },
  ],
})
export class MonitorModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(@Inject(AlertHandling) private readonly alerts: AlertHandling) {}

  onApplicationBootstrap(): void {
    this.alerts.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.alerts.stop();
  }
}
