import type { SessionIdentity, SessionResult } from '../../../src/delivery/session-result';
import { resultId } from '../../support/expected-results';
import type { Consumed } from './consume';

/** What became of everything that went in. */
export interface Account {
  /** Given to the outbox. */
  readonly given: number;
  /** In Kafka's topics, or in the log's files where the test is of the log alone. */
  readonly found: number;
  /** Not there, or not handed out by the consumer library or the feed of clients; nor a dead letter. */
  readonly missing: number;
  /** Copies beyond the first, before consumers drop them. */
  readonly duplicates: number;
  /** Of them, those that were handed out. */
  readonly doubledAtConsumer: number;
  /** There without ever having been given. */
  readonly strange: number;
  /** A record of a session behind a later one of it, within its topic. */
  readonly inversions: number;
  /** Refused by Kafka for good, and in the topic for that. */
  readonly deadLetters: number;
}

/**
 * Knows from the input alone what must be there: the id as docs/protocol.md defines it, not made by the code under
 * test, and the place of each record in its session.
 */
export class Ledger {
  private readonly byId = new Map<string, { readonly place: number; copies: number }>();
  private readonly lastPlace = new Map<string, number>();
  private found = 0;
  private strange = 0;
  private inversions = 0;
  private readonly handedOut = new Set<string>();
  private readonly dead = new Set<string>();
  private doubledAtConsumer = 0;

  /** In the order in which the session's results are appended. */
  give(session: SessionIdentity, { type, naturalKey }: SessionResult): void {
    this.byId.set(resultId(session, type, ...naturalKey), { place: this.byId.size, copies: 0 });
  }

  get given(): number {
    return this.byId.size;
  }

  readonly take = ({ topic, key, headers }: Pick<Consumed, 'topic' | 'key' | 'headers'>): void => {
    this.found += 1;
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

  /** What the consumer library, or the feed of clients, hands out. */
  consumed(id: string): void {
    if (this.handedOut.has(id)) this.doubledAtConsumer += 1;
    this.handedOut.add(id);
  }

  /** What the dead-letter topic has. */
  readonly bury = ({ headers }: Pick<Consumed, 'headers'>): void => {
    if (this.byId.has(headers.ce_id!)) this.dead.add(headers.ce_id!);
    else this.strange += 1;
  };

  account(): Account {
    let missing = 0;
    let duplicates = 0;
    for (const [id, { copies }] of this.byId) {
      if ((copies === 0 || !this.handedOut.has(id)) && !this.dead.has(id)) missing += 1;
      if (copies > 1) duplicates += copies - 1;
    }
    const { given, found, strange, inversions, doubledAtConsumer } = this;
    const deadLetters = this.dead.size;
    return { given, found, missing, duplicates, doubledAtConsumer, strange, inversions, deadLetters };
  }
}

export const NOTHING: Account = new Ledger().account();

export const added = (a: Account, b: Account): Account =>
  Object.fromEntries(Object.keys(a).map((name) => [name, a[name as keyof Account] + b[name as keyof Account]])) as unknown as Account; // prettier-ignore

/** The columns of docs/reliability.md. */
export function columnsOf(account: Account): Record<string, number> {
  return {
    results: account.given,
    missing: account.missing,
    'not expected': account.strange,
    copies: account.duplicates,
    'handed out twice': account.doubledAtConsumer,
    'out of order': account.inversions,
    ...(account.deadLetters === 0 ? {} : { 'dead letters': account.deadLetters }),
  };
}

/** Nothing lost, nothing that never was, each session in its order. Copies are told, and consumers drop them. */
export function expectWholeAndInOrder(account: Account): void {
  expect(account).toMatchObject({ missing: 0, doubledAtConsumer: 0, strange: 0, inversions: 0 });
  expect(account.found + account.deadLetters).toBe(account.given + account.duplicates);
}
