/** Of the drawing, px. */
export const TRAIL_WIDTH = 240;
export const TRAIL_HEIGHT = 36;

/**
 * Valence of the last windows as paths of an SVG, the newest at the right edge: a piece for each run of windows with enough
 * evidence, a gap where there was not. A lone window is a dot: a line of no length. Pure.
 * @param trail in [-1, 1], null: not enough evidence
 */
export function trailPaths(trail: readonly (number | null)[], windows: number): string[] {
  const step = TRAIL_WIDTH / (windows - 1);
  const x = (i: number): number => round(TRAIL_WIDTH - (trail.length - 1 - i) * step);
  const y = (value: number): number => round(((1 - value) / 2) * TRAIL_HEIGHT);
  const runs: string[][] = [];
  for (const [i, value] of trail.entries()) {
    if (value === null) continue;
    if (i === 0 || trail[i - 1] === null) runs.push([`M${x(i)} ${y(value)}h0`]);
    else runs.at(-1)!.push(`L${x(i)} ${y(value)}`);
  }
  return runs.map((run) => run.join(''));
}

const round = (value: number): number => Math.round(value * 10) / 10;
