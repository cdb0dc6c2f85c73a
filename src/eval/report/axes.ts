/** The unit square on a page: where it lies and how large it is, px. */
export interface Square {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Grid and numbers of [0, 1] x [0, 1], and what turns a share into its place on the page. */
export function axes({ leftPx, topPx, widthPx, heightPx }: Square): {
  x(share: number): number;
  y(share: number): number;
  readonly parts: readonly string[];
} {
  const x = (share: number): number => leftPx + share * widthPx;
  const y = (share: number): number => topPx + (1 - share) * heightPx;
  const parts = TICKS.flatMap((share) => [
    `<line x1="${x(0)}" x2="${x(1)}" y1="${y(share)}" y2="${y(share)}" stroke="#eee"/>`,
    `<text x="${leftPx - 8}" y="${y(share) + 4}" text-anchor="end" fill="#555">${share}</text>`,
    `<text x="${x(share)}" y="${y(0) + 18}" text-anchor="middle" fill="#555">${share}</text>`,
  ]);
  return { x, y, parts };
}
