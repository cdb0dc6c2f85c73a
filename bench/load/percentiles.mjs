// Exact percentiles: a run has some ten thousand values, which need no histogram.

export const SHARES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, 'p99.9': 0.999 };

/** {count, p50, ..., 'p99.9', max}, by nearest rank: always a value that was measured. */
export function percentiles(values) {
  const sorted = Float64Array.from(values).sort();
  const at = (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
  const named = Object.entries(SHARES).map(([name, share]) => [name, at(share)]);
  return { count: sorted.length, ...Object.fromEntries(named), max: sorted.at(-1) ?? NaN };
}

/** Rows of a table in columns; numbers to the right. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? (Number.isFinite(cell) ? cell.toFixed(1) : '-') : String(cell))),
  );
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
