import { backoffMs, sleep as sleepFor } from '../delivery/backoff';
import type { LogRecord } from '../delivery/record-line';
import type { RecordTap, TapPosition } from '../delivery/record-tap';

/** Pauses after faults, ms: the first, and the longest. */
const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 8000;

export interface KeepUpDeps {
  readonly tap: Pick<RecordTap, 'batches'>;
  /** Each durable record once, in the order of the log. One that it throws at is passed over. */
  readonly see: (record: LogRecord) => void;
  /** It goes on after a pause from where it was; told once until there is a record again. */
  readonly onFault: (error: unknown) => void;
  /** All that was durable at first was seen, or cannot be read now. */
  readonly onCaughtUp?: () => void;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Keeps what is made of records up with the log. Resolves when `signal` fires, or the log is closed. */
export async function keepUp(
  { tap, see, onFault, onCaughtUp = () => {}, sleep = sleepFor }: KeepUpDeps,
  from: TapPosition | undefined,
  signal: AbortSignal,
): Promise<void> {
  let at = from;
  let follow = false;
  for (let faults = 0; !signal.aborted;) {
    try {
      for await (const batch of tap.batches(at, { follow, signal })) {
        for (const { record, position } of batch) {
          at = position;
          see(record);
        }
        faults = 0;
      }
      if (follow) return;
      follow = true;
      onCaughtUp();
    } catch (error) {
      if (signal.aborted) return;
      if (faults === 0) onFault(error);
      onCaughtUp();
      await sleep(backoffMs(faults, MIN_PAUSE_MS, MAX_PAUSE_MS), signal);
      faults += 1;
    }
  }
}
