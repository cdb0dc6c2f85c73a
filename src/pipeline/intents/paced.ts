import { setImmediate as turn } from 'node:timers/promises';
import type { Steps } from '../../fusion/steps';

/** How long work goes on at a stretch: sessions wait for nothing longer. */
const SLICE_MS = 4;

/** Runs the steps between what else the main thread has to do. */
export async function paced<T>(steps: Steps<T>): Promise<T> {
  let began = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    if (performance.now() - began < SLICE_MS) continue;
    await turn();
    began = performance.now();
  }
}
