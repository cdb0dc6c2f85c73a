import type { Confusion } from '../metrics/confusion';
import { svg } from './svg';

const CELL_PX = 54;
const LEFT_PX = 90;
const TOP_PX = 84;

/** Shares of each row (the truth) by answer, as a picture: SVG that needs nothing else. */
export function confusionPicture<L extends string>(title: string, confusion: Confusion<L>): string {
  const labels = confusion.labels.filter((label) => confusion.total(label) > 0);
  const width = LEFT_PX + CELL_PX * confusion.labels.length + 20;
  const height = TOP_PX + CELL_PX * labels.length + 20;
  const cells = labels.flatMap((truth, row) =>
    confusion.labels.map((answer, column) => {
      const share = confusion.count(truth, answer) / confusion.total(truth);
      const [x, y] = [LEFT_PX + column * CELL_PX, TOP_PX + row * CELL_PX];
      const ink = share > 0.5 ? '#fff' : '#222';
      return (
        `<rect x="${x}" y="${y}" width="${CELL_PX - 2}" height="${CELL_PX - 2}" fill="${shade(share)}"/>` +
        `<text x="${x + CELL_PX / 2 - 1}" y="${y + CELL_PX / 2 + 4}" text-anchor="middle" fill="${ink}">${percent(share)}</text>`
      );
    }),
  );
  const rows = labels.map(
    (label, row) =>
      `<text x="${LEFT_PX - 8}" y="${TOP_PX + row * CELL_PX + CELL_PX / 2 + 4}" text-anchor="end" fill="#222">${label} (${confusion.total(label)})</text>`,
  );
  const columns = confusion.labels.map(
    (label, column) =>
      `<text x="${LEFT_PX + column * CELL_PX + CELL_PX / 2}" y="${TOP_PX - 10}" text-anchor="middle" fill="#222">${label}</text>`,
  );
  return svg(width + 20, height, [
    `<text x="16" y="26" font-size="15" fill="#222">${title}: per cent of each row</text>`,
    `<text x="16" y="48" fill="#555">rows: what it was (count); columns: what was said</text>`,
    ...columns,
    ...rows,
    ...cells,
  ]);
}

/** White to blue. */
function shade(share: number): string {
  const mix = (to: number): number => Math.round(255 + (to - 255) * share);
  return `rgb(${mix(24)},${mix(78)},${mix(140)})`;
}

function percent(share: number): string {
  return share === 0 ? '' : String(Math.round(share * 100));
}
