import type { Modality } from '@rapport-live/protocol';
import { MODALITIES } from '@rapport-live/protocol';

/** Modalities in the order of all their listings. */
export type Subset = readonly Modality[];

/** How manifests name a subset: `voice+face`. */
export function subsetKey(subset: Subset): string {
  return MODALITIES.filter((modality) => subset.includes(modality)).join('+');
}

/** The 2^n - 1 subsets of the present modalities, the full set first, larger ones before smaller ones. */
export function subsetsOf(present: Subset): Subset[] {
  const subsets: Subset[] = [];
  for (let bits = 1; bits < 1 << present.length; bits++) {
    subsets.push(present.filter((_, i) => (bits >> i) & 1));
  }
  return subsets.sort((a, b) => b.length - a.length);
}
