import { setFlagsFromString } from 'node:v8';

/**
 * MB of old objects and array memory at which V8 first marks a worker's heap. Left to itself it holds a heap of 22 MB to
 * 45 MB and marks again for each 8 MB of pictures and spectra: 65 times in 40 s of 4 sessions, 13 ms CPU for each
 * conversation second on its helper threads, to free nothing that the scavenger does not free; with this, never.
 * No option of `Worker` sets it, and V8 reads it when a heap is made: that of the main thread stays as it was.
 */
const FIRST_MARKING_MB = 128;

/**
 * How much of what was alive at the last marking may come on top before V8 marks again, %; of every heap, from the next
 * marking on. V8's own step is near a tenth where little is allocated: it marked the main thread's 52 MB, of which most
 * are tables that stay, 5 times in 30 s of 4 sessions, in a thousand small steps between our own (2 ms CPU a
 * conversation second on the main thread and 3 on V8's).
 */
const GROWING_PERCENT = 200;

/** Of this process and of workers made from now on. */
export function markHeapsSeldom(): void {
  setFlagsFromString(`--initial-old-space-size=${FIRST_MARKING_MB}`);
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
}
