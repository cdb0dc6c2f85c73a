import { RapportError } from '@rapport-live/protocol';

/** Requests of a tenant in work or waiting; more are refused. */
const MAX_WAITING = 4;

/** One thing after another for each tenant, so that a change is judged by the intents that it meets. */
export class Turns {
  private readonly waiting = new Map<string, { count: number; last: Promise<unknown> }>();

  /** Rejects with `overloaded` when too many wait, else as the action does. */
  async take<T>(tenant: string, action: () => Promise<T>): Promise<T> {
    const turn = this.waiting.get(tenant) ?? { count: 0, last: Promise.resolve() };
    if (turn.count >= MAX_WAITING) {
      throw new RapportError('overloaded', `${turn.count} requests about intents of this tenant are in work already.`, {
        retryAfterMs: 1000,
      });
    }
    turn.count++;
    this.waiting.set(tenant, turn);
    const done = turn.last.then(action);
    turn.last = done.catch(() => undefined);
    try {
      return await done;
    } finally {
      if (--turn.count === 0) this.waiting.delete(tenant);
    }
  }
}
