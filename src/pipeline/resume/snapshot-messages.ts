/** What one trip to the disk does: first all writes, in order, then all removals. */
export interface SnapshotBatch {
  /** Of one session each. `json`: a snapshot. */
  readonly writes: readonly { readonly sessionId: string; readonly json: string }[];
  /** Sessions whose files go. */
  readonly removals: readonly string[];
}

/** Why one was not done, as it crosses the thread. */
export interface SnapshotFault {
  readonly message: string;
  /** Of the operating system, or `internal`: it is a fault of ours. */
  readonly code?: string;
}

/** Null: done. In the order of the batch. */
export interface SnapshotOutcome {
  readonly writes: readonly (SnapshotFault | null)[];
  readonly removals: readonly (SnapshotFault | null)[];
}
