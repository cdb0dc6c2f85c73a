/** Mutated inputs in CI; see `fuzz-figures.ts` for the long run. */
export const FUZZ_INPUTS = Number(process.env.RAPPORT_FUZZ_INPUTS ?? 100_000);
/** From so many on it is the long run, whose figures are kept. */
export const LONG_RUN = 1_000_000;
/** Of what takes longer than the others, a part in CI and all in the long run. */
export const partOfInputs = (part: number): number => (FUZZ_INPUTS >= LONG_RUN ? FUZZ_INPUTS : FUZZ_INPUTS * part);
/** Wall time that the long run may take, ms. */
export const FUZZ_TIMEOUT_MS = Math.max(60_000, FUZZ_INPUTS * 5);

/** Numerical Recipes' LCG: the same run every time. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Up to three edits in place: a byte, a bit, a piece copied elsewhere, ones; one in eight is cut off. */
export function mutate(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  for (let edits = next(4); edits > 0; edits -= 1) {
    const at = next(bytes.length);
    const kind = next(4);
    if (kind === 0) bytes[at] = next(256);
    else if (kind === 1) bytes[at]! ^= 1 << next(8);
    else if (kind === 2) bytes.copyWithin(at, next(bytes.length), next(bytes.length));
    else bytes.fill(0xff, at, at + next(12));
  }
  return next(8) === 0 ? bytes.subarray(0, next(bytes.length)) : bytes;
}
