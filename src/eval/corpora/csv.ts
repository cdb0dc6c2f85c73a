/** Rows of a CSV file (RFC 4180) by the names of its header; quoted cells may hold commas, quotes and line breaks. */
export function readCsv(text: string): Record<string, string>[] {
  const [header, ...rows] = cellsOf(text);
  if (header === undefined) return [];
  return rows.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i] ?? ''])));
}

function cellsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length; at++) {
    const c = text[at]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') cell += text[++at]!;
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',') cell = endCell(row, cell);
    else if (c === '\n') {
      endCell(row, cell.endsWith('\r') ? cell.slice(0, -1) : cell);
      rows.push(row);
      [row, cell] = [[], ''];
    } else cell += c;
  }
  if (cell !== '' || row.length > 0) {
    endCell(row, cell);
    rows.push(row);
  }
  return rows;
}

/** Returns the empty cell that follows. */
function endCell(row: string[], cell: string): '' {
  row.push(cell);
  return '';
}
