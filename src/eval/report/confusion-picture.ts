import type { Confusion } from '../metrics/confusion';
import { svg } from './svg';

/** From so many labels on cells are small, and names of columns stand upright. */
const MANY_LABELS = 12;
const FEW = { cellPx: 54, leftPx: 90, topPx: 84 } as const;
const MANY = { cellPx: 26, leftPx: 210, topPx: 220 } as const;

/** Shares of each row (the truth) by answer, as a picture: SVG that needs nothing else. */
export function confusionPicture<L extends string>(title: string, confusion: Confusion<L>): string {
  const many = confusion.labels.length >= MANY_LABELS;
  const { cellPx, leftPx, topPx } = many ? MANY : FEW;
  const labels = confusion.labels.filter((label) => confusion.total(label) > 0);
  const width = leftPx + cellPx * confusion.labels.length + 20;
  const height = topPx + cellPx * labels.length + 20;
  const cells = labels.flatMap((truth, row) =>
    confusion.labels.map((answer, column) => {
      const share = confusion.count(truth, answer) / confusion.total(truth);
      const [x, y] = [leftPx + column * cellPx, topPx + row * cellPx];
      const ink = share > 0.5 ? '#fff' : '#222';
      return (
        `<rect x="${x}" y="${y}" width="${cellPx - 2}" height="${cellPx - 2}" fill="${shade(share)}"/>` +
        `<text x="${x + cellPx / 2 - 1}" y="${y + cellPx / 2 + 4}" text-anchor="middle" fill="${ink}">${percent(share)}</text>`
      );
    }),
  );
  const rows = labels.map(
    (label, row) =>
      `<text x="${leftPx - 8}" y="${topPx + row * cellPx + cellPx / 2 + 4}" text-anchor="end" fill="#222">${label} (${confusion.total(label)})</text>`,
  );
  const columns = confusion.labels.map((label, column) => {
    const [x, y] = [leftPx + column * cellPx + cellPx / 2, topPx - 10];
    const place = many ? `text-anchor="start" transform="rotate(-90 ${x} ${y})"` : 'text-anchor="middle"';
    return `<text x="${x}" y="${y}" ${place} fill="#222">${label}</text>`;
  });
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
