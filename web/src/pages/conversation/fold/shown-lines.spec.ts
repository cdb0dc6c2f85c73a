import type { Line } from './conversation';
import { shownLines } from './shown-lines';

const lines = Array.from({ length: 25 }, (_, i): Line => ({ kind: 'remark', id: `r-${i}`, atMs: i, text: '' }));
const range = (at: number | undefined) => {
  const { lines: shown, before, after } = shownLines(lines, at === undefined ? undefined : lines[at], 4);
  return [shown[0]?.atMs, shown.at(-1)?.atMs, before?.atMs, after?.atMs];
};

it('a line is shown with the blocks around it', () => {
  expect(range(undefined)).toEqual([0, 11, undefined, 12]);
  expect(range(7)).toEqual([0, 11, undefined, 12]);
  expect(range(8)).toEqual([4, 15, 3, 16]);
  expect(range(24)).toEqual([20, 24, 19, undefined]);
  expect(shownLines([], undefined)).toEqual({ lines: [] });
});
