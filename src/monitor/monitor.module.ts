import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { SERVICE_PARTS, type ServiceParts } from '../config/service-parts';
import { DELIVERY_OPTIONS, DeliveryModule } from '../delivery/delivery.module';
import { type DeliveryOptions, outboxOptions } from '../delivery/delivery-options';
import { RECORD_TAP, type RecordTap } from '../delivery/record-tap';
import { RESULT_STORE, type ResultStore } from '../delivery/result-feed';
import { GatewayModule } from '../gateway/gateway.module';
import { faultLog } from '../ops/faults';
import { AlertHandling } from './alerts/alert-handling';
import { AlertsController } from './alerts/alerts.controller';
import { AlertRulesController } from './alerts/alert-rules.controller';
import { HistoryModule } from './history/history.module';
import { LiveModule } from './live/live.module';
import { PageModule } from './page/page.module';
import { SummaryModule } from './summary/summary.module';

/** What supervisors look at and act on (docs/alerts.md, docs/dashboard.md, docs/history.md). */
@Module({
  imports: [GatewayModule, DeliveryModule, HistoryModule, LiveModule, PageModule, SummaryModule],
  controllers: [AlertRulesController, AlertsController],
  providers: [
    {
      provide: AlertHandling,
      inject: [RECORD_TAP, RESULT_STORE, SERVICE_PARTS, DELIVERY_OPTIONS],
      useFactory: (
        tap: RecordTap,
        store: ResultStore,
        { wallClock = Date.now }: ServiceParts,
        { outbox }: DeliveryOptions,
      ) =>
        new AlertHandling({
          ...{ tap, store, nowMs: wallClock, keepMs: outboxOptions(outbox).retentionMs },
          onFault: faultLog('alerts'),
        }),
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
