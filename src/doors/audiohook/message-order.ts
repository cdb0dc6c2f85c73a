import type { Fault } from './client-text';
import type { ClientEnvelope } from './messages';

/**
 * The numbers of both sides of one connection: each message is one after the last of its side, and tells the last that it
 * has seen of the other.
 */
export class MessageOrder {
  private ours = 0;
  private theirs = 0;
  /** The last of ours that the client has said it has seen. */
  private seen = 0;

  constructor(private readonly sessionId: string) {}

  /** For a message that we send now. */
  next(): { readonly seq: number; readonly clientseq: number } {
    this.ours += 1;
    return { seq: this.ours, clientseq: this.theirs };
  }

  get seq(): number {
    return this.ours;
  }

  /** Takes a message of the client; a fault leaves the numbers as they were. */
  take({ id, seq, serverseq }: ClientEnvelope): Fault | undefined {
    if (id.toLowerCase() !== this.sessionId.toLowerCase()) {
      return { code: 400, why: 'The id of a message is not that of the session.' };
    }
    if (seq !== this.theirs + 1) {
      return { code: 409, why: `seq is ${seq} where ${this.theirs + 1} was due.` };
    }
    if (serverseq > this.ours || serverseq < this.seen) {
      return { code: 409, why: `serverseq is ${serverseq}; ${this.seen} was told before, ${this.ours} was sent last.` };
    }
    this.theirs = seq;
    this.seen = serverseq;
    return undefined;
  }
}
