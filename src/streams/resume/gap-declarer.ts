import type { Lane, LaneHost } from '../lane';
import type { DeclaredGap, DeclaredReason } from './stream-points';

/** Announces the media that a sender says it has lost, once each: when its length is not told, the next frame tells it. */
export class GapDeclarer {
  #open: { readonly fromMs: number; readonly reason: DeclaredReason } | undefined;

  constructor(
    private readonly streamName: string,
    private readonly lane: Pick<Lane, 'endMs' | 'lost'>,
    private readonly host: Pick<LaneHost, 'gap'>,
    /** Where the stream goes on after its process, media ms. */
    private readonly startMs = 0,
  ) {}

  declare({ fromMs, toMs, reason }: Pick<DeclaredGap, 'reason'> & Partial<Pick<DeclaredGap, 'fromMs' | 'toMs'>>): void {
    this.end();
    // What follows is placed by its own time, and is no second gap.
    this.lane.lost();
    if (fromMs !== undefined && toMs !== undefined) this.#announce(fromMs, toMs, reason);
    else this.#open = { fromMs: Math.max(this.startMs, this.lane.endMs), reason };
  }

  /** The first content behind it. */
  next(startMs: number): void {
    if (this.#open === undefined) return;
    this.#announce(this.#open.fromMs, Math.max(this.#open.fromMs, startMs), this.#open.reason);
    this.#open = undefined;
  }

  /** Nothing follows. */
  end(): void {
    if (this.#open !== undefined) this.next(this.#open.fromMs);
  }

  #announce(fromMs: number, toMs: number, reason: DeclaredReason): void {
    this.host.gap({ streamName: this.streamName, reason, fromMs, toMs });
  }
}
