import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { DeliveryModule } from '../delivery/delivery.module';
import { WebhooksModule } from '../delivery/webhooks/webhooks.module';
import { GatewayModule } from '../gateway/gateway.module';
import { ModelsModule } from '../models/models.module';
import { PipelineModule } from '../pipeline/pipeline.module';
import { DocsController } from './docs/docs.controller';
import { HealthAnswerController } from './health-answer.controller';
import { HealthController } from './health.controller';
import { MeterModule } from './meter.module';
import { MetricsController } from './metrics.controller';
import { ReadinessModule } from './readiness.module';
import { TracesModule } from './traces/traces.module';

@Module({
  imports: [
    TerminusModule,
    ModelsModule,
    PipelineModule,
    GatewayModule,
    DeliveryModule,
    WebhooksModule,
    MeterModule,
    ReadinessModule,
    TracesModule,
  ],
  controllers: [HealthController, HealthAnswerController, MetricsController, DocsController],
})
export class OpsModule {}
