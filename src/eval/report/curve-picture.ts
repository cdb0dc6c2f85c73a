import { axes } from './axes';
import { svg } from './svg';

const WIDTH_PX = 420;
const HEIGHT_PX = 240;
const LEFT_PX = 56;
const TOP_PX = 50;

export interface CurvePoint {
  /** In [0, 1], as y. */
  readonly x: number;
  readonly y: number;
}

/** One line over [0, 1] x [0, 1]. */
export function curvePicture(title: string, across: string, points: readonly CurvePoint[]): string {
  const { x, y, parts } = axes({ leftPx: LEFT_PX, topPx: TOP_PX, widthPx: WIDTH_PX, heightPx: HEIGHT_PX });
  const line = points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`).join(' ');
  const dots = points.map(
    (point) => `<circle cx="${x(point.x).toFixed(1)}" cy="${y(point.y).toFixed(1)}" r="3" fill="#184e8c"/>`,
  );
  return svg(LEFT_PX + WIDTH_PX + 30, TOP_PX + HEIGHT_PX + 50, [
    `<text x="16" y="26" font-size="15" fill="#222">${title}</text>`,
    ...parts,
    `<polyline points="${line}" fill="none" stroke="#184e8c" stroke-width="2"/>`,
    ...dots,
    `<text x="${x(0.5)}" y="${y(0) + 38}" text-anchor="middle" fill="#222">${across}</text>`,
  ]);
}
