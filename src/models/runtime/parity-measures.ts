/** Cosine of two vectors; 1 for two of zeros, 0 when only one is, NaN when a value is not finite or lengths differ. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return NaN;
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as number;
    const y = b[i] as number;
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  if (squareA === 0 || squareB === 0) return squareA === squareB ? 1 : 0;
  return product / Math.sqrt(squareA * squareB);
}

/** Whether each row of `width` has its greatest value at the same place in both. */
export function sameGreatest(a: Float32Array, b: Float32Array, width: number): boolean {
  for (let row = 0; row < b.length; row += width) {
    if (indexOfGreatest(a.subarray(row, row + width)) !== indexOfGreatest(b.subarray(row, row + width))) return false;
  }
  return true;
}

export function indexOfGreatest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
