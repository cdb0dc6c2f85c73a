import { Controller, Get, Header, Inject } from '@nestjs/common';
import type { HealthAnswer } from '@rapport-live/protocol';
import { Outbox } from '../delivery/outbox';
import { RESULT_SINK, type ResultSink } from '../delivery/result-sink';
import { INFERENCE_POOL, type InferencePool } from '../inference/inference-pool';
import { CONVERSATION_HOST, type ConversationHost } from '../pipeline/conversation-host';
import { SHED_CONTROLLER, type ShedController } from '../pipeline/shedding/shed-controller';
import { SESSION_CLOCK, type SessionClock } from '../streams/session-clock';
import { METER, type ServiceMeter } from './service-meter';
import { quantileMs } from './tally';

/** `GET /v1/health`: how the service does, for people; `/readyz` and `/metrics` are for machines and say more. */
@Controller('v1/health')
export class HealthAnswerController {
  constructor(
    @Inject(INFERENCE_POOL) private readonly pool: InferencePool,
    @Inject(CONVERSATION_HOST) private readonly host: ConversationHost,
    @Inject(SHED_CONTROLLER) private readonly shedding: ShedController,
    @Inject(SESSION_CLOCK) private readonly clock: SessionClock,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(RESULT_SINK) private readonly sink: ResultSink | null,
    @Inject(METER) private readonly meter: ServiceMeter,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  health(): HealthAnswer {
    const { logBytes, budgetBytes, pendingBytes, trouble } = this.outbox.status();
    const latency = this.meter.latency.read();
    const kafka = this.sink?.status();
    return {
      uptimeS: Math.round(process.uptime()),
      memoryBytes: process.memoryUsage.rss(),
      sessions: { live: this.host.liveCount, max: this.host.maxSessions },
      latency: {
        windows: latency.count,
        ...{ p50Ms: quantileMs(latency, 0.5), p95Ms: quantileMs(latency, 0.95), p99Ms: quantileMs(latency, 0.99) },
      },
      shedding: [...this.shedding.steps(this.clock.nowMs())],
      storage: { ...{ logBytes, budgetBytes, pendingBytes }, trouble: trouble?.message },
      kafka: kafka && { isLate: kafka.isLate, lagRecords: kafka.lagRecords, trouble: kafka.trouble },
      models: this.pool.models.map(({ name, version, provider }) => ({ name, version, provider })),
      workers: this.pool.liveWorkers,
    };
  }
}
