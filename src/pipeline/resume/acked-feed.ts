import type { AckedPoint } from '../../streams/resume/stream-points';

/** Least wall time between two acknowledgements of one stream, ms. */
const ACK_EVERY_MS = 1000;

/** What a client has been told of a stream: it needs nothing below `seq` any more. */
export type ToldAck = Pick<AckedPoint, 'streamId' | 'seq'>;

/** Which acknowledgements are worth telling now: those that moved, about once a second a stream, and its last at once. */
export class AckedFeed {
  private readonly told = new Map<number, { readonly seq: number; readonly atMs: number }>();

  /** @param nowMs wall ms. */
  due(points: readonly AckedPoint[], nowMs: number): AckedPoint[] {
    return points.filter(({ streamId, seq, complete }) => {
      const before = this.told.get(streamId) ?? { seq: 0, atMs: -Infinity };
      if (seq <= before.seq || (nowMs - before.atMs < ACK_EVERY_MS && !complete)) return false;
      this.told.set(streamId, { seq, atMs: nowMs });
      return true;
    });
  }

  /** The newest of each stream: for a client whose connection may have taken it along. */
  newest(): ToldAck[] {
    return [...this.told].map(([streamId, { seq }]) => ({ streamId, seq }));
  }
}
