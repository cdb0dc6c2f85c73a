import { join } from 'node:path';
import { type BeforeApplicationShutdown, Inject, Logger, Module } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { CONFIG, type Config } from '../../config/config';
import { DeliveryModule } from '../../delivery/delivery.module';
import { RESULT_STORE, type ResultStore } from '../../delivery/result-feed';
import { systemClock } from '../../streams/session-clock';
import { auditRules } from './rule-audit';
import { RULE_BOOK, RuleBook, type RulesChange } from './rule-book';
import { WatchedRules } from './watched-rules';

const WATCHED_RULES = Symbol('WatchedRules');
const OPENED = Symbol('OpenedRules');

interface OpenedRules {
  readonly book: RuleBook;
  /** Null: there is no rules file. */
  readonly watched: WatchedRules | null;
}

const logger = new Logger('Alerts');

/** Gives RULE_BOOK: the alert rules of every tenant, as they are now. */
@Module({
  imports: [DeliveryModule],
  providers: [
    // After the store, whose lock on the data folder holds for the rules in it too.
    { provide: OPENED, inject: [CONFIG, RESULT_STORE], useFactory: openRules },
    { provide: RULE_BOOK, inject: [OPENED], useFactory: ({ book }: OpenedRules) => book },
    { provide: WATCHED_RULES, inject: [OPENED], useFactory: ({ watched }: OpenedRules) => watched },
  ],
  exports: [RULE_BOOK],
})
export class AlertsModule implements BeforeApplicationShutdown {
  constructor(@Inject(WATCHED_RULES) private readonly watched: WatchedRules | null) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.watched?.stop();
  }
}

async function openRules({ dataDir, alerts: { rulesFile } }: Config, store: ResultStore): Promise<OpenedRules> {
  const folder = join(dataDir, 'alert-rules');
  const onChange = (change: RulesChange): Promise<void> => told(change, store);
  if (rulesFile === undefined) return { book: await RuleBook.open({ folder, onChange }), watched: null };
  const { file, watched } = await WatchedRules.open({
    path: rulesFile,
    clock: systemClock,
    onChange: (changed) => book.fileChanged(changed),
    onFault: ({ code, message }) => logger.error({ msg: 'alert rules stay as they were', code, why: message }),
  }).catch((error: unknown) => {
    if (!(error instanceof RapportError)) throw error;
    throw new RapportError('config_invalid', `RAPPORT_ALERT_RULES: ${error.message}`, { cause: error });
  });
  const book = await RuleBook.open({ folder, file, onChange });
  watched.start();
  return { book, watched };
}

/** Each change is one line of the log and one event of the audit trail: ids alone. */
async function told(change: RulesChange, store: ResultStore): Promise<void> {
  logger.log({ msg: 'alert rules changed', ...change });
  try {
    await auditRules(store, change);
  } catch (error) {
    // it counts already: the line above stands for it
    logger.error({ msg: 'a change of alert rules is not in the audit trail', error: String(error) });
  }
}
