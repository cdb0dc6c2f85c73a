import { Inject, Logger, Module, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config';
import { DEAD_LETTERS, DeliveryModule } from '../delivery.module';
import { ERASURES, type Erasures } from '../erasure/erasures';
import { RECORD_TAP, type RecordTap } from '../record-tap';
import { type DeadLetters, webhookFolder } from './dead-letters';
import { WEBHOOK_DEFAULTS } from './webhook-options';
import { type WebhookLog, WebhookSender } from './webhook-sender';

/** As many as there are endpoints. */
export const WEBHOOK_SENDERS = Symbol('WebhookSenders');
const logger = new Logger('Webhooks');

/** Alerts to those who want to be called (docs/alerts.md). */
@Module({
  imports: [DeliveryModule],
  providers: [{ provide: WEBHOOK_SENDERS, inject: [CONFIG, RECORD_TAP, DEAD_LETTERS], useFactory: makeSenders }],
  exports: [WEBHOOK_SENDERS],
})
export class WebhooksModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(WEBHOOK_SENDERS) private readonly senders: readonly WebhookSender[],
    @Inject(ERASURES) private readonly erasures: Erasures,
  ) {}

  onApplicationBootstrap(): void {
    this.erasures.join({
      sessionsOf: async () => [],
      forget: async (tenant, ids) => void (await Promise.all(this.senders.map((one) => one.forget(tenant, ids)))),
    });
    for (const sender of this.senders) sender.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.senders.map((sender) => sender.stop()));
  }
}

function makeSenders({ dataDir, webhooks }: Config, tap: RecordTap, deadLetters: DeadLetters): WebhookSender[] {
  const folder = webhookFolder(dataDir);
  const options = { ...WEBHOOK_DEFAULTS, ...webhooks.options };
  const deps = { tap, folder, deadLetters, options, log: WEBHOOK_LOG, now: () => new Date() };
  return webhooks.endpoints.map((endpoint) => new WebhookSender(endpoint, deps));
}

const WEBHOOK_LOG: WebhookLog = {
  failed: (name, why) => logger.warn({ msg: 'a webhook did not take an alert, and is asked again', name, why }),
  dead: (name, id, why) => logger.error({ msg: 'an alert is a dead letter', name, id, why }),
  fault: (name, err) =>
    logger.error({ msg: 'the place of a webhook cannot be read or kept, and is tried again', name, err }),
};
