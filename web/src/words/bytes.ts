const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** `1.4 GB`: powers of 1000, as disks are sold. */
export function bytesOf(count: number): string {
  let [value, unit] = [count, 0];
  for (; value >= 1000 && unit < UNITS.length - 1; unit += 1) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
