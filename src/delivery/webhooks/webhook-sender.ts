import type { CloudEvent, EventData } from '@rapport-live/protocol';
import { backoffMs, sleep } from '../backoff';
import type { RecordTap, TapPosition } from '../record-tap';
import type { DeadLetters } from './dead-letters';
import type { WebhookEndpoint, WebhookOptions } from './webhook-options';
import { WebhookPlace } from './webhook-place';
import { signedHeaders } from './webhook-signature';

/** Erased sessions that are remembered; a chunk of the log, of which they may still be sent, has fewer. */
const MAX_ERASED = 10_000;

/** What is worth a line in the log: no body, no header, no address. */
export interface WebhookLog {
  /** The first attempt of one alert that failed. */
  failed(name: string, why: string): void;
  dead(name: string, id: string, why: string): void;
  /** The disk does not give or take; told once until it does. */
  fault(name: string, error: unknown): void;
}

export interface WebhookDeps {
  readonly tap: Pick<RecordTap, 'records' | 'end'>;
  readonly folder: string;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  readonly options: WebhookOptions;
  readonly log: WebhookLog;
  readonly now: () => Date;
}

/**
 * Sends the alerts of a tenant to one endpoint, in the order of the log, one at a time and at least once: the place is kept
 * behind what was taken or given up. A new endpoint begins with what comes from then on.
 */
export class WebhookSender {
  /** Since the start: alerts that were taken, attempts that failed, alerts that were given up. */
  readonly counts = { taken: 0, failed: 0, dead: 0 };
  private readonly stopping = new AbortController();
  private readonly place: WebhookPlace;
  /** Behind what was taken or given up; unknown until the place is read. */
  private at: TapPosition | undefined;
  private isAtFault = false;
  /** The alert of now. */
  private sending:
    { readonly sessionId: string; readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;
  /** Sessions whose erasure stands further on in the log than this sender: what was read of them before is not sent. */
  private readonly erased = new Set<string>();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly endpoint: WebhookEndpoint,
    private readonly deps: WebhookDeps,
  ) {
    this.place = new WebhookPlace(deps.folder, endpoint.name);
  }

  start(): void {
    this.running = this.run();
  }

  /** What is in the air is sent again after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Once it resolves nothing of these sessions is sent or becomes a dead letter any more. */
  async forget(tenant: string, sessionIds: readonly string[]): Promise<void> {
    if (tenant !== this.endpoint.tenant) return;
    for (const id of sessionIds) this.erased.add(id);
    while (this.erased.size > MAX_ERASED) this.erased.delete(this.erased.values().next().value!);
    const { sending } = this;
    if (sending === undefined || !sessionIds.includes(sending.sessionId)) return;
    sending.stop.abort();
    await sending.ended;
  }

  /** A disk that does not give or take ends nothing: it is asked again, after pauses that get longer. */
  private async run(): Promise<void> {
    const { minPauseMs, maxPauseMs } = this.deps.options;
    const { signal } = this.stopping;
    for (let faults = 0; !signal.aborted; faults += 1) {
      try {
        return await this.follow();
      } catch (error) {
        this.tell(error);
        await sleep(backoffMs(faults, minPauseMs, maxPauseMs), signal);
      }
    }
  }

  private async follow(): Promise<void> {
    const { tap, options } = this.deps;
    const { signal } = this.stopping;
    this.at ??= (await this.place.read()) ?? tap.end();
    await this.keep(this.at);
    let passed = 0;
    for await (const { record, position } of tap.records(this.at, { signal })) {
      const isWanted = this.isWanted(record.event);
      if (record.event.type === 'rapport.session.erased') this.erased.delete(record.event.subject);
      // one that was taken as the process stops is taken all the same
      if (isWanted && !(await this.send(record.event)) && signal.aborted) break;
      this.at = position;
      passed += 1;
      if (!isWanted && passed < options.keepEveryRecords) continue;
      await this.keep(position);
      passed = 0;
    }
    if (passed > 0) await this.keep(this.at);
  }

  /** A place that cannot be kept lags: nothing waits for it. */
  private async keep(position: TapPosition): Promise<void> {
    try {
      await this.place.write(position);
      this.isAtFault = false;
    } catch (error) {
      this.tell(error);
    }
  }

  private tell(error: unknown): void {
    if (!this.isAtFault) this.deps.log.fault(this.endpoint.name, error);
    this.isAtFault = true;
  }

  private isWanted({ type, tenant, subject, data }: CloudEvent): boolean {
    if (tenant !== this.endpoint.tenant || !type.startsWith('rapport.alert.') || this.erased.has(subject)) return false;
    return this.endpoint.severities.includes((data as EventData<'rapport.alert.raised'>).severity);
  }

  /** Whether it is settled: taken, or a dead letter. */
  private async send(event: CloudEvent): Promise<boolean> {
    const stop = new AbortController();
    const ended = this.deliver(event, AbortSignal.any([this.stopping.signal, stop.signal]));
    // who forgets waits for the end, whatever it is
    this.sending = { sessionId: event.subject, stop, ended: ended.catch(() => false) };
    try {
      return await ended;
    } finally {
      this.sending = undefined;
    }
  }

  /** Resolves when it was taken or is a dead letter, or, with false, when the process stops or its session is erased. */
  private async deliver(event: CloudEvent, signal: AbortSignal): Promise<boolean> {
    const { options, log } = this.deps;
    const body = JSON.stringify(event);
    let why: string | undefined;
    for (let attempt = 0; attempt < options.maxAttempts && !signal.aborted; attempt += 1) {
      if (attempt > 0) await sleep(backoffMs(attempt - 1, options.minPauseMs, options.maxPauseMs), signal);
      if (signal.aborted) return false;
      why = await this.attempt(event.id, body, signal);
      if (why === undefined) {
        this.counts.taken += 1;
        return true;
      }
      // what was cut off by who stops or erases is no fault of the endpoint
      if (!signal.aborted) this.counts.failed += 1;
      if (attempt === 0 && !signal.aborted) log.failed(this.endpoint.name, why);
      // whoever is gone says so (Standard Webhooks 1.0)
      if (why === GONE) break;
    }
    if (signal.aborted) return false;
    await this.bury(event, why ?? 'no attempt');
    return true;
  }

  /** Undefined: it was taken. */
  private async attempt(id: string, body: string, signal: AbortSignal): Promise<string | undefined> {
    const { url, key } = this.endpoint;
    const { options, now } = this.deps;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signedHeaders(key, id, now(), body) },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(options.answerWithinMs)]),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : `status ${answer.status}`;
    } catch (error) {
      const { name, cause } = error as Error & { readonly cause?: { readonly code?: string } };
      return cause?.code ?? name;
    }
  }

  private async bury(event: CloudEvent, why: string): Promise<void> {
    const { deadLetters, options, log, now } = this.deps;
    this.counts.dead += 1;
    log.dead(this.endpoint.name, event.id, why);
    await deadLetters.add(this.endpoint.name, { at: now().toISOString(), why, event }, options.maxDeadBytes);
  }
}

const GONE = 'status 410';
