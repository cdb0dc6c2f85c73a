import { randomUUID } from 'node:crypto';
import type { Outbox } from '../outbox';
import type { ResultSink } from '../result-sink';
import { sessionKey } from '../cloud-event';
import type { DeadLetters } from '../webhooks/dead-letters';
import type { CustomerIndex } from './customer-index';
import type { ErasureJournal, ErasureOrder } from './erasure-journal';
import { sessionsOfCustomer } from './sessions-of-customer';
import { Turns } from '../../facts/turns';

export const ERASURES = Symbol('Erasures');

/** Session ids that one audit event lists. */
const MAX_LISTED = 100;

/** Keys that events of a customer are encrypted with. */
export interface DestroyableKeys {
  /** The key of this customer, if there is one. */
  find(tenant: string, customerId: string): string | undefined;
  destroy(keyIds: readonly string[]): Promise<void>;
}

/** Whoever else keeps something of sessions in this process. */
export interface ErasureParticipant {
  /** Sessions of a customer that it knows of. */
  sessionsOf(tenant: string, customerId: string): Promise<readonly string[]>;
  /** Nothing of them is left there when it resolves, and nothing comes back. */
  forget(tenant: string, sessionIds: readonly string[]): Promise<void>;
}

export interface ErasuresDeps {
  readonly outbox: Pick<Outbox, 'read' | 'erase' | 'append' | 'close'>;
  readonly journal: ErasureJournal;
  /** Sessions of customers that the log has forgotten. Absent: without Kafka, where nothing outlives the log. */
  readonly customers?: Pick<CustomerIndex, 'sessionsOf' | 'forget'>;
  /** Alerts that no webhook took. */
  readonly deadLetters?: Pick<DeadLetters, 'forget'>;
  /** Absent: without Kafka. */
  readonly sink?: Pick<ResultSink, 'forget'>;
  /** Absent: events are not encrypted. */
  readonly keys?: DestroyableKeys;
}

/** What was erased. */
export interface ErasureReport {
  readonly sessions: readonly string[];
  /** Of the local log. */
  readonly records: number;
  readonly dataKeys: number;
}

/**
 * Erases sessions from everything that this process keeps, and says so to everyone downstream: a tombstone on the
 * compacted topic for each session, and the audit trail. What is to be done is written down first, so that a process
 * that dies on the way leaves it to the next one. Every step may be done twice.
 */
export class Erasures {
  /** One at a time: each reads the whole log. */
  private readonly turns = new Turns();

  private readonly participants = new Set<ErasureParticipant>();

  constructor(private readonly deps: ErasuresDeps) {}

  /** From now on it forgets too. What dies on the way there hears of it by `rapport.session.erased`. */
  join(participant: ErasureParticipant): void {
    this.participants.add(participant);
  }

  session(tenant: string, sessionId: string): Promise<ErasureReport> {
    return this.turns.take(() => this.begin({ tenant, by: 'session', sessions: [sessionId], dataKeys: [] }));
  }

  /** `more`: sessions of the customer that the log does not name, since they run. */
  customer(tenant: string, customerId: string, more: readonly string[] = []): Promise<ErasureReport> {
    return this.turns.take(async () => {
      const { outbox, customers, keys } = this.deps;
      const found = await sessionsOfCustomer(outbox.read(0), tenant, customerId);
      // after the log: what has left it meanwhile is here
      for (const known of (await customers?.sessionsOf(tenant, customerId)) ?? []) found.add(known);
      for (const participant of this.participants) {
        for (const known of await participant.sessionsOf(tenant, customerId)) found.add(known);
      }
      const key = keys?.find(tenant, customerId);
      return this.begin({
        ...{ tenant, by: 'customer', sessions: [...new Set([...found, ...more])] },
        dataKeys: key === undefined ? [] : [key],
      });
    });
  }

  /** At the start, before anything of the log is sent or shown: what a dead process began. Resolves to how many there were. */
  async finishOthers(): Promise<number> {
    const orders = await this.deps.journal.readAll();
    for (const order of orders) await this.finish(order);
    return orders.length;
  }

  private async begin(given: Omit<ErasureOrder, 'id'>): Promise<ErasureReport> {
    const order = { id: randomUUID(), ...given };
    await this.deps.journal.write(order);
    return this.finish(order);
  }

  private async finish(order: ErasureOrder): Promise<ErasureReport> {
    const { outbox, journal, customers, deadLetters, sink, keys } = this.deps;
    const { id, tenant, sessions, dataKeys } = order;
    await keys?.destroy(dataKeys);
    const identities = sessions.map((sessionId) => ({ tenant, sessionId }));
    const keysOfSessions = new Set(identities.map(sessionKey));
    sink?.forget(keysOfSessions);
    const records = await outbox.erase(keysOfSessions);
    // after the log: from here on nothing tells the index of them
    await customers?.forget(keysOfSessions);
    for (const participant of this.participants) await participant.forget(tenant, sessions);
    // after those who write there
    await deadLetters?.forget(tenant, sessions);
    for (const identity of identities) {
      await outbox.append(identity, { type: 'rapport.session.erased', naturalKey: ['erased'], data: {} });
      await outbox.close(identity);
    }
    const parts = Math.max(1, Math.ceil(sessions.length / MAX_LISTED));
    for (let part = 0; part < parts; part += 1) {
      const listed = sessions.slice(part * MAX_LISTED, (part + 1) * MAX_LISTED);
      await outbox.append(
        { tenant, sessionId: id },
        {
          type: 'rapport.audit.erased',
          naturalKey: [part],
          data: { part, by: order.by, sessions: listed, records, dataKeys: dataKeys.length },
        },
      );
    }
    await outbox.close({ tenant, sessionId: id });
    await journal.remove(id);
    return { sessions, records, dataKeys: dataKeys.length };
  }
}
