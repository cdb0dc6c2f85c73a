export interface LineProbeParts {
  /** Sends a WebSocket ping with this payload. */
  readonly ping: (payload: string) => void;
  /** From a ping to its pong; then whatever else the peer has said since stands for it. Wall ms. */
  readonly answerWithinMs: number;
}

/**
 * Asks one peer whether it is there. A pong repeats the payload of the newest ping (RFC 6455, 5.5.3), and comes behind all
 * that was sent before it. A peer that answers no ping is believed to be there while it says anything at all, so that a
 * lame client is late and not stuck. Where nothing comes, nothing is answered: the keep-alive closes such a connection.
 */
export class LineProbe {
  #pings = 0;
  /** The last ping that is known to have come there, by its number. */
  #answered = 0;
  #wasHeard = false;
  #open: { readonly number: number; readonly answered: () => void } | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: LineProbeParts) {}

  /** One question at a time: a newer one takes the place of the older. */
  ask(answered: () => void): void {
    clearTimeout(this.#timer);
    this.#open = { number: ++this.#pings, answered };
    this.#wasHeard = false;
    this.parts.ping(String(this.#pings));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#wasHeard) this.#answer();
    }, this.parts.answerWithinMs);
  }

  /** Any message. */
  heard(): void {
    this.#wasHeard = true;
    if (this.#open !== undefined && this.#timer === undefined) this.#answer();
  }

  /** @param payload of the pong; that of a ping of somebody else says nothing. */
  pong(payload: string): void {
    const number = Number(payload);
    if (!/^\d+$/.test(payload) || number > this.#pings || number <= this.#answered) return;
    this.#answered = number;
    if (this.#open !== undefined && number >= this.#open.number) this.#answer();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#open = undefined;
  }

  #answer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const open = this.#open;
    this.#open = undefined;
    open?.answered();
  }
}
