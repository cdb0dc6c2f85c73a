import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Jest starts node without --expose-gc; a new context sees the flag set late. */
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** What is left after garbage collection: objects and the bytes of typed arrays. */
export async function heldBytes(): Promise<number> {
  await collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Resident set after garbage collection: what the operating system counts, free pages of the allocator included. */
export async function residentBytes(): Promise<number> {
  await collect();
  return process.memoryUsage.rss();
}

/** Twice, with a turn of the loop between: finalizers of the first let go of what the second takes. */
async function collect(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export const MIB = 1024 * 1024;
