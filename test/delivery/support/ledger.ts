import type { SessionIdentity, SessionResult } from '../../../src/delivery/session-result';
import { resultId } from '../../support/expected-results';
import type { Consumed } from './consume';

/** What became of everything that went in. */
export interface Account {
  /** Given to the outbox. */
  readonly given: number;
  readonly inKafka: number;
  /** Not in Kafka, or not handed out by the consumer library. */
  readonly missing: number;
  /** Copies beyond the first, before consumers drop them. */
  readonly duplicates: number;
  /** Of them, those that the consumer library handed out. */
  readonly doubledAtConsumer: number;
  /** In Kafka without ever having been given. */
  readonly strange: number;
  /** A record of a session behind a later one of it, within its topic. */
  readonly inversions: number;
}

/**
 * Knows from the input alone what must be in Kafka: the id as docs/protocol.md defines it, not made by the code under
 * test, and the place of each record in its session.
 */
export class Ledger {
  private readonly byId = new Map<string, { readonly place: number; copies: number }>();
  private readonly lastPlace = new Map<string, number>();
  private inKafka = 0;
  private strange = 0;
  private inversions = 0;
  private readonly handedOut = new Set<string>();
  private doubledAtConsumer = 0;

  /** In the order in which the session's results are appended. */
  give(session: SessionIdentity, { type, naturalKey }: SessionResult): void {
    this.byId.set(resultId(session, type, ...naturalKey), { place: this.byId.size, copies: 0 });
  }

  get given(): number {
    return this.byId.size;
  }

  readonly take = ({ topic, key, headers }: Consumed): void => {
    this.inKafka += 1;
    const entry = this.byId.get(headers.ce_id!);
    if (entry === undefined) {
      this.strange += 1;
      return;
    }
    entry.copies += 1;
    if (entry.copies > 1) return;
    const at = `${topic} ${key}`;
    const last = this.lastPlace.get(at) ?? -1;
    if (entry.place < last) this.inversions += 1;
    else this.lastPlace.set(at, entry.place);
  };

  /** What the consumer library hands out. */
  consumed(id: string): void {
    if (this.handedOut.has(id)) this.doubledAtConsumer += 1;
    this.handedOut.add(id);
  }

  account(): Account {
    let missing = 0;
    let duplicates = 0;
    for (const [id, { copies }] of this.byId) {
      if (copies === 0 || !this.handedOut.has(id)) missing += 1;
      if (copies > 1) duplicates += copies - 1;
    }
    const { given, inKafka, strange, inversions, doubledAtConsumer } = this;
    return { given, inKafka, missing, duplicates, doubledAtConsumer, strange, inversions };
  }
}
