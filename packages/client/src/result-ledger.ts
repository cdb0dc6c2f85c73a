import type { Result } from '@rapport-live/protocol';

/** Which results have come: a replay after a resume may repeat some, and a service that was restarted may too. */
export class ResultLedger {
  /** The last result taken; results before it have all come. */
  lastSeq = 0;
  private readonly ids = new Set<string>();

  constructor(private readonly maxIds: number) {}

  /** False for what was taken before, by its seq or by its id. */
  take({ seq, event }: Result): boolean {
    if (seq <= this.lastSeq) return false;
    this.lastSeq = seq;
    if (this.ids.has(event.id)) return false;
    this.ids.add(event.id);
    if (this.ids.size > this.maxIds) {
      const [oldest] = this.ids;
      this.ids.delete(oldest!);
    }
    return true;
  }
}
