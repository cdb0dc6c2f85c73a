import type { Line } from './conversation';

/** Lines that are shown at a time are three blocks of this many: a page of a day's lines would be slow to draw. */
export const BLOCK_LINES = 100;

export interface ShownLines {
  readonly lines: readonly Line[];
  /** The nearest that is not shown, on either side. */
  readonly before?: Line;
  readonly after?: Line;
}

/** The block that a line is in, with those around it. Whole blocks, so that a step from line to line draws nothing anew. */
export function shownLines(lines: readonly Line[], current: Line | undefined, blockLines = BLOCK_LINES): ShownLines {
  const at = current === undefined ? 0 : Math.max(0, lines.indexOf(current));
  const from = Math.max(0, Math.floor(at / blockLines) - 1) * blockLines;
  const to = from + 3 * blockLines;
  const [before, after] = [lines[from - 1], lines[to]];
  return {
    lines: lines.slice(from, to),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}
