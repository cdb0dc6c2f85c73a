/**
 * Joint embeddings of windows on their way from fusion to history. They are no part of the events: 128 numbers that nobody reads
 * would be a third of every assessment, in every topic and on every socket. So they wait here, in memory, until the assessment that
 * they belong to is durable and history keeps both in one transaction. What history has not taken when the process dies is lost: such
 * windows are found by their words and emotions, not by likeness. Pure.
 */
export class WindowVectors {
  private readonly kept = new Map<string, Float32Array>();

  /** @param max of them at a time (0.6 kB each); of more, the oldest are let go. */
  constructor(private readonly max = 8192) {}

  put(window: WindowName, vector: Float32Array): void {
    this.kept.set(nameOf(window), vector);
    if (this.kept.size > this.max) this.kept.delete(this.kept.keys().next().value!);
  }

  of(window: WindowName): Float32Array | undefined {
    return this.kept.get(nameOf(window));
  }

  /** Nobody will ask for it again. */
  drop(window: WindowName): void {
    this.kept.delete(nameOf(window));
  }
}

export interface WindowName {
  readonly tenant: string;
  readonly sessionId: string;
  readonly windowEndMs: number;
}

const nameOf = ({ tenant, sessionId, windowEndMs }: WindowName): string => `${tenant}/${sessionId}/${windowEndMs}`;
