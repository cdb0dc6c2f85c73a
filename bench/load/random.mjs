// Random numbers from a seed: the same seed gives the same load on every machine.

/** mulberry32 (T. Ettinger, public domain): numbers in [0, 1). Parts of a seed are mixed, so that (1, 2) is not (2, 1). */
export function seeded(...parts) {
  let state = parts.reduce((hash, part) => Math.imul(hash ^ part, 0x9e3779b1) ^ (hash >>> 15), 0x5bd1e995);
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    exponential: (mean) => -mean * Math.log(1 - uniform()),
    pick: (list) => list[Math.floor(uniform() * list.length)],
  };
}
