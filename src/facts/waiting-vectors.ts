interface OfSession {
  readonly tenant: string;
  readonly sessionId: string;
}

/** What an embedding is of: the joint one of a window, or that of the customer's words. */
export type VectorName = OfSession & ({ readonly windowEndMs: number } | { readonly utteranceId: string });

/**
 * Embeddings on their way from models and fusion to history. They are no part of the events: some hundred numbers that nobody reads
 * would be a third of every assessment, in every topic and on every socket. So they wait here, in memory, until the event that they
 * belong to is durable and history keeps both in one transaction. What history has not taken when the process dies is lost: such
 * windows are found by their words and emotions, not by likeness, and words are given to the encoder again. Pure.
 */
export class WaitingVectors {
  private readonly kept = new Map<string, Float32Array>();

  /** @param max of them at a time (0.6 to 1.6 kB each); of more, the oldest are let go. */
  constructor(private readonly max = 8192) {}

  put(of: VectorName, vector: Float32Array): void {
    this.kept.set(nameOf(of), vector);
    if (this.kept.size > this.max) this.kept.delete(this.kept.keys().next().value!);
  }

  of(what: VectorName): Float32Array | undefined {
    return this.kept.get(nameOf(what));
  }

  /** Nobody will ask for it again. */
  drop(what: VectorName): void {
    this.kept.delete(nameOf(what));
  }
}

const nameOf = (of: VectorName): string =>
  `${of.tenant}/${of.sessionId}/${'utteranceId' in of ? of.utteranceId : of.windowEndMs}`;
