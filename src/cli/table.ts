/** Columns for the eye, two spaces apart; numbers of `rightAligned` columns stand flush right. */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[] = [],
): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (rightAligned.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** What a command that lists prints. */
export function textList(...[header, rows, rightAligned]: Parameters<typeof textTable>): string {
  return rows.length === 0 ? 'None.\n' : `${textTable(header, rows, rightAligned)}\n`;
}
