import { type LogClock, systemLogClock } from './log-clock';
import { type LogFiles, systemFiles } from './log-files';
import type { StorageTrouble } from './storage-fault';

/** What the outbox is made with; the system's own by default. */
export interface OutboxParts {
  readonly files: LogFiles;
  readonly clock: LogClock;
  /** Wall clock: for `time` of events and the age of files. */
  readonly now: () => Date;
  /** The disk refuses results, which wait, or, told undefined, takes them again. */
  readonly onTrouble: (trouble: StorageTrouble | undefined) => void;
  /** The log cannot be looked through for sessions of customers, so that nothing of it goes, or, told undefined, can again. */
  readonly onIndexTrouble: (error: unknown) => void;
  /** The index of customers has let its oldest sessions go. */
  readonly onIndexFull: () => void;
}

const SYSTEM: OutboxParts = {
  files: systemFiles,
  clock: systemLogClock,
  now: () => new Date(),
  onTrouble: () => {},
  onIndexTrouble: () => {},
  onIndexFull: () => {},
};

export const outboxParts = (given: Partial<OutboxParts>): OutboxParts => ({ ...SYSTEM, ...given });
