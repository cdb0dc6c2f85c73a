import type { Sample } from './alert-state';

/** Mean of the values, not in thousandths. */
export const meanOf = (samples: readonly Sample[]): number =>
  samples.reduce((sum, [, value]) => sum + value, 0) / (1000 * samples.length);

/** Change over `spanMs` of the line fitted by least squares; 0 with fewer than two samples. */
export function fittedChange(samples: readonly Sample[], spanMs: number): number {
  const n = samples.length;
  if (n < 2) return 0;
  const meanMs = samples.reduce((sum, [atMs]) => sum + atMs, 0) / n;
  const mean = meanOf(samples);
  let covariance = 0;
  let variance = 0;
  for (const [atMs, value] of samples) {
    covariance += (atMs - meanMs) * (value / 1000 - mean);
    variance += (atMs - meanMs) ** 2;
  }
  return (covariance / variance) * spanMs;
}
