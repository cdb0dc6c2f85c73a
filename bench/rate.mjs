// Shares with intervals, for figures of quality.
import { quantile } from './figures.mjs';

const ROUNDS = 2000;

/** xorshift32, so that two runs give the same intervals. */
export function random(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/** A ratio of sums over items, with the 95 % interval of a bootstrap over whole items, or the exact bound where nothing failed. */
export function rate(id, judged, of) {
  const counts = judged.map(of);
  const ratio = (rows) => {
    const [hits, all] = rows.reduce(([h, a], [x, y]) => [h + x, a + y], [0, 0]);
    return all === 0 ? NaN : hits / all;
  };
  const next = random(20261123);
  const rounds = Array.from({ length: ROUNDS }, () =>
    ratio(counts.map(() => counts[Math.floor(next() * counts.length)])),
  ).filter((v) => !Number.isNaN(v));
  const round = (value) => Number(value.toPrecision(4));
  const n = counts.reduce((sum, [, all]) => sum + all, 0);
  let [low, high] = [0.025, 0.975].map((share) => round(quantile(rounds, share)));
  // resampling what never fails never fails: the exact (Clopper-Pearson) bound over the items says how little that shows
  const clusters = counts.filter(([, all]) => all > 0).length;
  if (ratio(counts) === 1) low = round(0.025 ** (1 / clusters));
  return {
    id: `${id} (n = ${n})`,
    value: round(ratio(counts)),
    low,
    high,
    unit: 'share, 95 % interval',
    target: null,
    met: null,
  };
}
