import { CrashWatch } from './crash-watch';
import type { WorkerPoolOptions } from './worker-pool-options';

/** The journal of a pool. Undefined where none is wanted, or none can be kept: that is told, and the pool does without. */
export async function watchCrashes(
  { journalDir, onEvent }: WorkerPoolOptions,
  slots: number,
  onChange: () => void,
): Promise<CrashWatch | undefined> {
  if (journalDir === undefined) return undefined;
  const onQuarantined = (name: string): void => onEvent?.({ type: 'job-quarantined', name });
  try {
    return await CrashWatch.open({ folder: journalDir, slots, onQuarantined, onChange });
  } catch (error) {
    onEvent?.({ type: 'no-journal', cause: error as Error });
    return undefined;
  }
}
