/** The connection to the client of a session, as far as its silence asks for one. */
export interface Line {
  /**
   * Asks whether the client is there. `answered` is called once all that it had sent before it was asked has been handed
   * in; never, where no answer comes.
   */
  ask(answered: () => void): void;
}
