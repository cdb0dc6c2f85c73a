import { Module } from '@nestjs/common';
import { DeliveryModule } from '../../delivery/delivery.module';
import { RECORD_TAP, type RecordTap } from '../../delivery/record-tap';
import { ViewAudit } from '../../gateway/auth/view-audit';
import { GatewayModule } from '../../gateway/gateway.module';
import { CONVERSATION_HOST, type ConversationHost } from '../../pipeline/conversation-host';
import { HistoryDesk } from '../history/history-desk';
import { HistoryModule } from '../history/history.module';
import { type EndedOf, SessionSummaries } from './session-summaries';
import { SessionSummaryController } from './session-summary.controller';

@Module({
  imports: [GatewayModule, DeliveryModule, HistoryModule],
  controllers: [SessionSummaryController],
  providers: [
    {
      provide: SessionSummaries,
      inject: [CONVERSATION_HOST, RECORD_TAP, ViewAudit, HistoryDesk],
      useFactory: (host: ConversationHost, tap: RecordTap, audit: ViewAudit, desk: HistoryDesk | null) => {
        // the log has it too: what the history could not do, its desk has told
        const endedOf: EndedOf = async (viewer, id) => desk?.ended(viewer, id).catch(() => undefined);
        return new SessionSummaries((tenant) => host.liveOf(tenant), endedOf, tap, audit);
      },
    },
  ],
})
export class SummaryModule {}
