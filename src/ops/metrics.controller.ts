import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Outbox } from '../delivery/outbox';
import { RESULT_SINK, type ResultSink } from '../delivery/result-sink';
import type { WebhookSender } from '../delivery/webhooks/webhook-sender';
import { WEBHOOK_SENDERS } from '../delivery/webhooks/webhooks.module';
import { ResumableSessions } from '../gateway/resume/resumable-sessions';
import { INFERENCE_POOL, type InferencePool } from '../inference/inference-pool';
import { type ConversationHost, CONVERSATION_HOST } from '../pipeline/conversation-host';
import { SHED_CONTROLLER, type ShedController } from '../pipeline/shedding/shed-controller';
import { SESSION_CLOCK, type SessionClock } from '../streams/session-clock';
import { metricsText, PROMETHEUS_CONTENT_TYPE } from './prometheus';
import { METER, type ServiceMeter } from './service-meter';
import { SPAN_EXPORT, type SpanExport } from './traces/span-export';

/** `/metrics`: for Prometheus to scrape. It names no tenant, session or person. */
@Controller()
export class MetricsController {
  constructor(
    @Inject(METER) private readonly meter: ServiceMeter,
    @Inject(CONVERSATION_HOST) private readonly host: ConversationHost,
    private readonly resumable: ResumableSessions,
    @Inject(INFERENCE_POOL) private readonly pool: InferencePool,
    @Inject(SHED_CONTROLLER) private readonly shedding: ShedController,
    @Inject(SESSION_CLOCK) private readonly clock: SessionClock,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(RESULT_SINK) private readonly sink: ResultSink | null,
    @Inject(WEBHOOK_SENDERS) private readonly webhooks: readonly WebhookSender[],
    @Inject(SPAN_EXPORT) private readonly spans: SpanExport | null,
  ) {}

  @Get('metrics')
  @Header('content-type', PROMETHEUS_CONTENT_TYPE)
  metrics(): Promise<string> {
    const { meter, host, resumable, pool, clock, shedding, outbox, sink, webhooks, spans } = this;
    return metricsText({ meter, host, resumable, pool, clock, shedding, outbox, sink, webhooks, spans });
  }
}
