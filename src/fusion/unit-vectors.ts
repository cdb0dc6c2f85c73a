/** [rows, width] with each row brought to L2 norm 1; a row of zeros stays. */
export function unitRows(rows: Float32Array, width: number): Float32Array {
  const unit = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += width) {
    const row = rows.subarray(start, start + width);
    const norm = Math.sqrt(dot(row, row)) || 1;
    for (let i = 0; i < width; i++) unit[start + i] = (row[i] ?? 0) / norm;
  }
  return unit;
}

/** Of vectors of norm 1: their cosine. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
