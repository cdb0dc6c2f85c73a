import type { ForeignLine } from './foreign-line';

/** What is no call: how it is named, the close status and the reason that answer it, and how it is sent. */
export type BadCall = readonly [string, number, RegExp, (line: ForeignLine) => void];

/** A test of each, over a connection of its own. */
export function closesOn(enter: () => Promise<ForeignLine>, calls: readonly BadCall[]): void {
  it.each<BadCall>(calls)('closes on %s with %i', async (_what, status, reason, send) => {
    const line = await enter();
    send(line);
    const closed = await line.closed;
    expect(closed.status).toBe(status);
    expect(closed.reason).toMatch(reason);
  });
}
