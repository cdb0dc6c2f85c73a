/** Actions one after the other, in the order in which they were asked for; one that fails lets the next begin. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  /** Settles as the action does. */
  take<T>(action: () => Promise<T>): Promise<T> {
    const done = this.last.then(action);
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Resolves once those that were asked for so far are over. */
  async over(): Promise<void> {
    await this.last;
  }
}
