import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { type ConversationHost, CONVERSATION_HOST } from '../pipeline/conversation-host';
import { SHED_CONTROLLER, type ShedController } from '../pipeline/shedding/shed-controller';
import { SESSION_CLOCK, type SessionClock } from '../streams/session-clock';
import { INFERENCE_POOL, type InferencePool } from '../inference/inference-pool';
import { VIDEO_DECODERS, type VideoDecoders } from '../streams/video/video-decoder';
import { Outbox } from '../delivery/outbox';
import { ReadinessParts } from './readiness-parts';
import { RESULT_SINK, type ResultSink } from '../delivery/result-sink';

/** `/healthz`: the process answers. `/readyz`: it can take a session now, with what it serves and why not. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(INFERENCE_POOL) private readonly pool: InferencePool,
    @Inject(CONVERSATION_HOST) private readonly host: ConversationHost,
    @Inject(VIDEO_DECODERS) private readonly video: VideoDecoders,
    @Inject(SHED_CONTROLLER) private readonly shedding: ShedController,
    @Inject(SESSION_CLOCK) private readonly clock: SessionClock,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(RESULT_SINK) private readonly sink: ResultSink | null,
    @Inject(ReadinessParts) private readonly parts: ReadinessParts,
  ) {}

  @Get('healthz')
  alive(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @HealthCheck()
  ready() {
    return this.health.check([
      () => this.models(),
      () => this.sessions(),
      () => this.storage(),
      () => this.kafka(),
      () => this.films(),
      () => this.shed(),
      ...[...this.parts].map(
        ([name, tell]) =>
          () =>
            this.indicators.check(name).up({ ...tell() }),
      ),
    ]);
  }

  private models() {
    const { models, liveWorkers, quarantined = [] } = this.pool;
    const check = this.indicators.check('models');
    const served = models.map(({ name, version, provider, notTaken = [] }) => ({ name, version, provider, notTaken }));
    const detail = { liveWorkers, served, quarantined };
    return liveWorkers > 0 ? check.up(detail) : check.down(detail);
  }

  private sessions() {
    const { liveCount, maxSessions, isClosing } = this.host;
    const check = this.indicators.check('sessions');
    const detail = { live: liveCount, max: maxSessions };
    return isClosing || liveCount >= maxSessions ? check.down(detail) : check.up(detail);
  }

  /** Without a decoder for video we take all else: told here, and ready. */
  private films() {
    const { choice, inUse, max } = this.video;
    return this.indicators.check('video').up({ ...choice, inUse, max });
  }

  /** Giving up some of the work does not make us unready: it is how the rest is kept up. */
  private shed() {
    const nowMs = this.clock.nowMs();
    return this.indicators
      .check('shedding')
      .up({ steps: this.shedding.steps(nowMs), ...this.shedding.pressure(nowMs) });
  }

  /** While the disk takes no results nobody new is let in. The reason names the folder and what to do. */
  private storage() {
    const { trouble, logBytes, keptBytes, budgetBytes, pendingBytes } = this.outbox.status();
    const check = this.indicators.check('storage');
    const detail = { logBytes, keptBytes, budgetBytes, pendingBytes };
    if (trouble === undefined) return check.up(detail);
    return check.down({ ...detail, code: trouble.code, reason: trouble.message });
  }

  /** Kafka away does not make us unready, since results wait in the outbox, unless a bound was set for how long. */
  private kafka() {
    const check = this.indicators.check('kafka');
    if (this.sink === null) return check.up({ configured: false });
    const status = this.sink.status();
    const detail = { configured: true, ...status };
    return status.isLate ? check.down(detail) : check.up(detail);
  }
}
