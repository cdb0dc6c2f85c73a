// `npm run docs`: writes the tables of the documents from docs/figures/NAME.json; `--check` only says where they differ.
//
//   <!-- figures:latency -->            all figures of docs/figures/latency.json
//   <!-- figures:redaction held out --> those whose id begins with "held out: ", without these words
//   <!-- table:robustness voice -->     the same as a table of two dimensions: an id is "row: column"
//   <!-- table:domains-voice,domains-face -->   of several files together
//   <!-- pictures:confusion-voice RAVDESS -->   docs/figures/NAME.svg with what it is of; those that are not there are left out
//   <!-- /figures -->
//
// Whatever stands between is replaced.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';

const BEGIN = /^<!-- (?:figures|table|pictures):/gm;
const BLOCK = /^<!-- (figures|table|pictures):([\w,-]+)(?: ([^\n]*?))? -->\n[\s\S]*?^<!-- \/figures -->/gm;
/** Shares, counts and F1 are named by what heads the column. */
const UNITS_SAID_BY_THE_COLUMN = new Set(['share', 'count', 'F1']);
const FOLDERS = ['docs', 'models', 'bench', 'sample'];

const isCheck = process.argv.includes('--check');
const differing = [];
for (const file of documents()) {
  const before = readFileSync(file, 'utf8');
  const begun = before.match(BEGIN)?.length ?? 0;
  if (begun === 0) continue;
  if (before.match(BLOCK)?.length !== begun) fail(`${file}: a figures block has no <!-- /figures -->.`);
  const written = before.replace(BLOCK, (_, kind, names, part) => block(file, kind, names, part));
  const options = { ...(await prettier.resolveConfig(file)), parser: 'markdown' };
  const after = await prettier.format(written, options);
  if (after === before) continue;
  differing.push(file);
  if (!isCheck) writeFileSync(file, after);
}
if (isCheck && differing.length > 0) {
  fail(`The tables of ${differing.join(', ')} differ from docs/figures: run \`npm run docs\`.`);
}
for (const file of differing) console.log(`wrote ${file}`);

function documents() {
  const within = (folder) => {
    try {
      return readdirSync(folder, { recursive: true }).map((name) => join(folder, name));
    } catch {
      return [];
    }
  };
  const top = readdirSync('.');
  return [...top, ...FOLDERS.flatMap(within)].filter((file) => file.endsWith('.md')).sort();
}

function block(file, kind, names, part) {
  if (kind === 'pictures') return pictures(names, part);
  const figures = names.split(',').flatMap((name) => read(file, name, kind === 'table'));
  const marks = `${names}${part === undefined ? '' : ` ${part}`}`;
  if (figures.length === 0) return `<!-- ${kind}:${marks} -->\n\nNot measured yet.\n\n<!-- /figures -->`;
  const wanted = part === undefined ? figures : figures.filter(({ id }) => id.startsWith(`${part}: `));
  if (wanted.length === 0) fail(`${file}: docs/figures/${names}.json has no figure that begins with "${part}: ".`);
  const own = wanted.map((figure) =>
    part === undefined ? figure : { ...figure, id: figure.id.slice(part.length + 2) },
  );
  const [head, ...rows] = kind === 'table' ? inTwoDimensions(own) : inOne(own);
  const line = (cells) => `| ${cells.map((cell) => `${cell}`.replaceAll('|', '\\|')).join(' | ')} |`;
  const origins = [...new Set(wanted.map(({ command, commit }) => `\`${command}\` at ${commit}`))].join('; ');
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  return `<!-- ${kind}:${marks} -->\n\n${table}\n\n${origins}\n\n<!-- /figures -->`;
}

function pictures(names, of) {
  const there = names.split(',').filter((name) => existsSync(join('docs', 'figures', `${name}.svg`)));
  const shown = there.map((name) => `![${name}, ${of}](figures/${name}.svg)`);
  return [`<!-- pictures:${names} ${of} -->`, ...shown, '<!-- /figures -->'].join('\n\n');
}

/** A row for each figure; the first row is the head. */
function inOne(figures) {
  const hasTargets = figures.some(({ target }) => target !== null);
  return [
    ['figure', 'value', 'from, to', 'unit', ...(hasTargets ? ['target'] : [])],
    ...figures.map(({ id, value, low, high, unit, target, met }) => [
      id,
      value,
      low === high ? '' : `${low}, ${high}`,
      unit,
      ...(hasTargets ? [target === null ? '' : `${target}, ${met ? 'met' : '**missed**'}`] : []),
    ]),
  ];
}

/** What stands before the last ": " of an id is its row, the rest its column, both in the order of the figures. */
function inTwoDimensions(figures) {
  const placed = figures.map((figure) => {
    const cut = figure.id.lastIndexOf(': ');
    return { ...figure, row: figure.id.slice(0, Math.max(0, cut)), column: figure.id.slice(cut < 0 ? 0 : cut + 2) };
  });
  const columns = [...new Set(placed.map(({ column }) => column))];
  const unitOf = (column) => {
    const units = new Set(placed.filter((figure) => figure.column === column).map(({ unit }) => unit));
    const [unit] = units;
    return units.size === 1 && !UNITS_SAID_BY_THE_COLUMN.has(unit) ? ` (${unit})` : '';
  };
  return [
    ['', ...columns.map((column) => `${column}${unitOf(column)}`)],
    ...[...new Set(placed.map(({ row }) => row))].map((row) => [
      row,
      ...columns.map((column) => cell(placed.find((figure) => figure.row === row && figure.column === column))),
    ]),
  ];
}

function cell(figure) {
  if (figure === undefined) return '';
  const { value, low, high, target, met } = figure;
  const range = low === high ? '' : ` (${short(low)} to ${short(high)})`;
  return `${short(value)}${range}${target === null ? '' : `; ${target} ${met ? 'met' : '**missed**'}`}`;
}

function short(value) {
  return Number.isInteger(value) ? value : Number(value.toFixed(3));
}

/** @param later a file that is not there is of a measurement that is still to be made */
function read(file, name, later) {
  const path = join('docs', 'figures', `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (later && error.code === 'ENOENT') return [];
    return fail(`${file}: ${path} cannot be read (${error.code ?? error.message}).`);
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
