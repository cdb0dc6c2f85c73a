import { random } from '../signal/random';

export interface Interval {
  readonly value: number;
  /** Bounds of the middle 95 %. */
  readonly low: number;
  readonly high: number;
}

/** Drawings of the bootstrap; more change the bounds by less than they are rounded. */
const DRAWINGS = 500;

/**
 * A figure with its percentile bootstrap interval (Efron 1979). Whole groups are drawn (a speaker's clips, a
 * conversation's turns), since items of one group are alike; without groups each item is its own.
 */
export function bootstrap<T>(
  items: readonly T[],
  figure: (items: readonly T[]) => number,
  groupOf: (item: T, index: number) => string | number = (_, index) => index,
  seed = 1,
): Interval {
  const groups = groupsOf(items, groupOf);
  const next = random(seed);
  const drawn = Array.from({ length: DRAWINGS }, () =>
    figure(groups.flatMap(() => groups[Math.floor(next() * groups.length)]!)),
  ).sort((a, b) => a - b);
  return {
    value: figure(items),
    low: drawn[Math.floor(DRAWINGS * 0.025)]!,
    high: drawn[Math.ceil(DRAWINGS * 0.975) - 1]!,
  };
}

function groupsOf<T>(items: readonly T[], groupOf: (item: T, index: number) => string | number): T[][] {
  const groups = new Map<string | number, T[]>();
  items.forEach((item, index) => {
    const key = groupOf(item, index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  });
  return [...groups.values()];
}
