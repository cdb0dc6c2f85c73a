import type { AlertHandledData, AlertView } from '@rapport-live/protocol';
import { appendAlone } from '../../delivery/lone-record';
import type { LogRecord } from '../../delivery/record-line';
import type { RecordTap } from '../../delivery/record-tap';
import type { ResultStore } from '../../delivery/result-feed';
import type { SessionResult } from '../../delivery/session-result';
import { canSee, type Viewer } from '../../gateway/auth/viewer';
import { keepUp } from '../keep-up';
import { AlertDesk } from './alert-desk';

/** What is done about an alert. */
export type Handling = Pick<AlertHandledData, 'action' | 'assignee' | 'until' | 'note'>;

export interface AlertHandlingDeps {
  readonly tap: Pick<RecordTap, 'batches'>;
  readonly store: Pick<ResultStore, 'append' | 'close'>;
  /** As long as the log has alerts at least, ms. */
  readonly keepMs: number;
  /** Wall clock, ms since 1970. */
  readonly nowMs: () => number;
  readonly onFault: (error: unknown) => void;
}

/** The desk as it is kept up with the log, and written to. */
export class AlertHandling {
  private readonly desk = new AlertDesk();
  private readonly stopping = new AbortController();
  private reading: Promise<void> = Promise.resolve();
  private caughtUp!: () => void;
  private readonly isCaughtUp = new Promise<void>((resolve) => (this.caughtUp = resolve));

  constructor(private readonly deps: AlertHandlingDeps) {}

  /**
   * From the beginning of the log, of which retention is the bound: what was known before a restart is known after it, and no second
   * copy of it can say something else. It is read beside all else, 256 kB at a time; the data of windows, which are the most of it, is
   * not looked at.
   */
  start(): void {
    const { tap, onFault } = this.deps;
    const see = (record: LogRecord): void => this.desk.see(record);
    this.reading = keepUp({ tap, onFault, see, onCaughtUp: this.caughtUp }, undefined, this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.reading;
    this.caughtUp();
  }

  async list(viewer: Viewer, state: 'open' | 'cleared' | 'all'): Promise<AlertView[]> {
    return (await this.upToNow()).list(viewer, state);
  }

  /** Calls back whenever an alert that the viewer may see changed or went. Returns how to stop. */
  listen(viewer: Viewer, listener: () => void): () => void {
    return this.desk.listen((whose) => {
      if (canSee(viewer, whose)) listener();
    });
  }

  /** Durable when it resolves. Rejects with `alert_unknown`, or when the disk refuses. */
  async handle(viewer: Viewer, alertId: string, handling: Handling): Promise<AlertView> {
    const { sessionId, ruleId } = (await this.upToNow()).find(viewer, alertId);
    const resultOf = (id: string): SessionResult => ({
      type: 'rapport.monitor.alert_handled',
      naturalKey: [id],
      data: { sessionId, alertId, ruleId, by: viewer.userId, ...handling },
    });
    const record = await appendAlone(this.deps.store, viewer.tenant, resultOf, this.desk.dataKeyOf(alertId));
    if (record !== null) this.desk.see(record);
    return this.desk.find(viewer, alertId);
  }

  /** As `handle`: until then it need not be shown. */
  snooze(viewer: Viewer, alertId: string, forMs: number): Promise<AlertView> {
    return this.handle(viewer, alertId, { action: 'snooze', until: new Date(this.deps.nowMs() + forMs).toISOString() });
  }

  private async upToNow(): Promise<AlertDesk> {
    await this.isCaughtUp;
    this.desk.forgetBefore(this.deps.nowMs() - this.deps.keepMs);
    return this.desk;
  }
}
