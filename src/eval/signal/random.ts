/** Numbers in [0, 1) from a seed: Mulberry32 (T. Ettinger, public domain). The same on every machine. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` different numbers below `below`, in random order (Fisher and Yates). */
export function draw(count: number, below: number, next: () => number): number[] {
  const all = Array.from({ length: below }, (_, i) => i);
  for (let i = 0; i < Math.min(count, below); i++) {
    const j = i + Math.floor(next() * (below - i));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, count);
}
