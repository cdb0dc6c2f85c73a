import { ERROR_CODES, type ErrorCode } from '@rapport-live/protocol';
import type { DoorMeter } from '../facts/door-meter';
import { Tally } from './tally';

const COUNTS = ['entered', 'left', 'frames', 'bytes'] as const;

/** What came through one door since the start of the service. Counting allocates nothing. */
export class DoorTally implements DoorMeter {
  readonly refusals = new Tally(ERROR_CODES);
  private readonly counts = new Tally(COUNTS);

  entered(): void {
    this.counts.add('entered');
  }

  left(): void {
    this.counts.add('left');
  }

  refused(code: ErrorCode): void {
    this.refusals.add(code);
  }

  received(bytes: number): void {
    this.counts.add('frames');
    this.counts.add('bytes', bytes);
  }

  /** `open`: connections that are there now. */
  read(): Readonly<Record<(typeof COUNTS)[number] | 'open', number>> {
    const counts = Object.fromEntries(this.counts.entries()) as Record<(typeof COUNTS)[number], number>;
    return { ...counts, open: counts.entered - counts.left };
  }
}
