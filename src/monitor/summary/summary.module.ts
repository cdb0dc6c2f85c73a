import { Module } from '@nestjs/common';
import { DeliveryModule } from '../../delivery/delivery.module';
import { RECORD_TAP, type RecordTap } from '../../delivery/record-tap';
import { ViewAudit } from '../../gateway/auth/view-audit';
import { GatewayModule } from '../../gateway/gateway.module';
import { CONVERSATION_HOST, type ConversationHost } from '../../pipeline/conversation-host';
import { SessionSummaries } from './session-summaries';
import { SessionSummaryController } from './session-summary.controller';

@Module({
  imports: [GatewayModule, DeliveryModule],
  controllers: [SessionSummaryController],
  providers: [
    {
      provide: SessionSummaries,
      inject: [CONVERSATION_HOST, RECORD_TAP, ViewAudit],
      useFactory: (host: ConversationHost, tap: RecordTap, audit: ViewAudit) =>
        new SessionSummaries((tenant) => host.liveOf(tenant), tap, audit),
    },
  ],
})
export class SummaryModule {}
