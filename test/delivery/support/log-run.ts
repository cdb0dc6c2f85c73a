import { setImmediate as turn } from 'node:timers/promises';
import type { Outbox } from '../../../src/delivery/outbox';
import type { LogRecord } from '../../../src/delivery/record-line';
import { readLogFolder } from '../../../src/delivery/log-cursor';
import type { SessionIdentity } from '../../../src/delivery/session-result';
import { type Account, Ledger } from './ledger';
import { degraded, openOutbox, result, session } from './results';

/** Sessions that write at the same time, each one result after the other. */
const SESSIONS = 16;

/** Writes to one outbox all the while that something is done to it; one that ends is followed by another on the same folder. */
export class LogRun {
  readonly ledger = new Ledger();
  private life: Promise<Outbox>;
  private isOver = false;

  constructor(
    private readonly dir: string,
    private readonly open: () => Promise<Outbox>,
  ) {
    this.life = open();
  }

  async restart(): Promise<void> {
    const before = await this.life;
    this.life = before.shutdown().then(() => this.open());
    await this.life;
  }

  /** Everything is written when it resolves: then the files are read, and each session as a client is shown it. */
  async during(fault: () => Promise<void>): Promise<Account> {
    await this.life;
    const writers = Array.from({ length: SESSIONS }, (_, s) => this.write(session(s)));
    try {
      await Promise.race([fault(), Promise.all(writers)]); // no writer ends before, but by an error
    } finally {
      this.isOver = true;
      await Promise.all(writers);
      await (await this.life).shutdown();
    }
    countLog(this.ledger, await all(readLogFolder(this.dir)));
    const again = await openOutbox(this.dir);
    for (let s = 0; s < SESSIONS; s += 1) await countFeed(this.ledger, again, session(s));
    await again.shutdown();
    return this.ledger.account();
  }

  /** What an outbox that ended did not promise is given to the next one, as a session that goes on does. */
  private async write(of: SessionIdentity): Promise<void> {
    for (let n = 0; !this.isOver; n += 1) {
      const next = n % 3 === 0 ? degraded(n) : result(n, 'x'.repeat(n % 300));
      this.ledger.give(of, next);
      for (let isWritten = false; !isWritten;) {
        const outbox = await this.life;
        isWritten = await outbox.append(of, next).then(
          () => true,
          async (error: { code?: string }) => {
            if (error.code !== 'server_shutdown') throw error;
            await turn();
            return false;
          },
        );
      }
    }
  }
}

export function countLog(ledger: Ledger, records: readonly LogRecord[]): void {
  for (const { topic, key, event } of records) ledger.take({ topic, key, headers: { ce_id: event.id } });
}

/** What a client of this session is shown from its beginning on. Nothing more can be written to it then. */
export async function countFeed(ledger: Ledger, outbox: Outbox, of: SessionIdentity): Promise<void> {
  await outbox.close(of);
  await outbox.subscribe(of, 0).forEach(({ event }) => ledger.consumed(event.id));
}

async function all<T>(records: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const record of records) found.push(record);
  return found;
}
