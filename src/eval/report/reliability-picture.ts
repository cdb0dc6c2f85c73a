import { calibrationError, reliability, type Told } from '../metrics/calibration';
import { axes } from './axes';
import { svg } from './svg';

const SIDE_PX = 300;
const LEFT_PX = 56;
const TOP_PX = 60;
/** Radius of the dot of the fullest bin. */
const MOST_PX = 14;

/** How often answers of each confidence are right: dots on the line are well calibrated, their size is their count. */
export function reliabilityPicture(title: string, told: readonly Told[]): string {
  const bins = reliability(told);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const { x, y, parts } = axes({ leftPx: LEFT_PX, topPx: TOP_PX, widthPx: SIDE_PX, heightPx: SIDE_PX });
  const dots = bins.map(
    ({ confidence, accuracy, count }) =>
      `<circle cx="${x(confidence).toFixed(1)}" cy="${y(accuracy).toFixed(1)}" r="${(MOST_PX * Math.sqrt(count / most)).toFixed(1)}" fill="#184e8c" fill-opacity="0.75"/>`,
  );
  return svg(LEFT_PX + SIDE_PX + 40, TOP_PX + SIDE_PX + 56, [
    `<text x="16" y="26" font-size="15" fill="#222">${title}</text>`,
    `<text x="16" y="46" fill="#555">expected calibration error ${calibrationError(told).toFixed(3)}, n=${told.length}</text>`,
    ...parts,
    `<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#999" stroke-dasharray="4 4"/>`,
    ...dots,
    `<text x="${x(0.5)}" y="${y(0) + 40}" text-anchor="middle" fill="#222">confidence (the share that is right, upwards)</text>`,
  ]);
}
