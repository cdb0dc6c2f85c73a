import { Scratch } from './scratch';

/** The last `maxRows` rows: tokens come in the order of time. */
export function newestRows(tokens: Float32Array, width: number, maxRows: number): Float32Array {
  if (tokens.length === 0 || tokens.length % width !== 0) {
    throw new RangeError(`${tokens.length} numbers are no rows of ${width}`);
  }
  return tokens.length > maxRows * width ? tokens.subarray(tokens.length - maxRows * width) : tokens;
}

/** The tokens once for each row of the batch; where they are absent, zeros with mask 0. Written into `scratch`. */
export function batchOf(
  tokens: Float32Array,
  rows: number,
  present: readonly boolean[],
  scratch = new Scratch(),
): { tokens: Float32Array; mask: Float32Array } {
  const batch = {
    tokens: scratch.take(present.length * tokens.length).fill(0),
    mask: new Float32Array(present.length * rows),
  };
  present.forEach((there, i) => {
    if (!there) return;
    batch.tokens.set(tokens, i * tokens.length);
    batch.mask.fill(1, i * rows, (i + 1) * rows);
  });
  return batch;
}
