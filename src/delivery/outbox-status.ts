import type { StorageTrouble } from './storage-fault';

/** How the outbox stands with the disk. */
export interface OutboxStatus {
  /** Of the log. */
  readonly logBytes: number;
  /** Of everything that is kept, the log too, and what may be. */
  readonly keptBytes: number;
  readonly budgetBytes: number;
  /** Results that wait for the disk: their bytes, and the age of the oldest, ms. */
  readonly pendingBytes: number;
  readonly oldestPendingMs: number;
  /** Why the disk takes no results; absent while it does. */
  readonly trouble?: StorageTrouble;
}
