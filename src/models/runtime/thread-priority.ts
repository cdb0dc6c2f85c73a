import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Steps below the process's own priority; each is about a tenth of the CPU less when there is not enough for all. */
const NICER = 5;
/** Of a thread for which nobody waits who talks: where the core is short it gets a quarter of what inference gets. */
export const NOBODY_WAITS = 11;
const NICEST = 19;

/**
 * Lets the threads that take media in and send results go first where cores are short: they need little, and everyone
 * waits for them. Linux keeps a priority for each thread, and the runtime's own threads inherit it (sched(7)); elsewhere
 * it belongs to the process, so nothing is done.
 */
export function giveWay(steps = NICER): void {
  if (process.platform !== 'linux') return;
  try {
    const threadId = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(threadId, Math.min(NICEST, getPriority(threadId) + steps));
  } catch {
    // no /proc, or a sandbox that forbids it: it only works less smoothly under load
  }
}
