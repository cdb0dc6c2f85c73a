/** Four decimals: finer than any calibration, and seven of them still sum to 1 within 0.0004. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4 + 0; // + 0: no negative zero
}
