import type { Modality } from '@rapport-live/protocol';
import type { Subset } from './subsets';

/**
 * Exact Shapley value of each present modality (Shapley 1953): its mean gain over all orders in which the modalities
 * could have come. `value` is asked for every non-empty subset; `baseline` is the value of knowing nothing. The values
 * sum to value(present) - baseline.
 */
export function shapley(
  present: Subset,
  value: (subset: Subset) => number,
  baseline: number,
): Partial<Record<Modality, number>> {
  const of = (subset: Subset): number => (subset.length === 0 ? baseline : value(subset));
  const count = present.length;
  const shares: Partial<Record<Modality, number>> = {};
  for (const modality of present) {
    const others = present.filter((other) => other !== modality);
    let share = 0;
    for (let bits = 0; bits < 1 << others.length; bits++) {
      const without = others.filter((_, i) => (bits >> i) & 1);
      const withIt = present.filter((one) => one === modality || without.includes(one));
      const weight = (factorial(without.length) * factorial(count - without.length - 1)) / factorial(count);
      share += weight * (of(withIt) - of(without));
    }
    shares[modality] = share;
  }
  return shares;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
