// `npm run docs`: writes the tables of the documents from docs/figures/NAME.json; `--check` only says where they differ.
//
//   <!-- figures:latency -->            all figures of docs/figures/latency.json
//   <!-- figures:redaction held out --> those whose id begins with "held out: ", without these words
//   <!-- /figures -->
//
// Whatever stands between is replaced.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';

const BEGIN = /^<!-- figures:/gm;
const BLOCK = /^<!-- figures:([\w-]+)(?: ([^\n]*?))? -->\n[\s\S]*?^<!-- \/figures -->/gm;
const FOLDERS = ['docs', 'models', 'bench', 'sample'];

const isCheck = process.argv.includes('--check');
const differing = [];
for (const file of documents()) {
  const before = readFileSync(file, 'utf8');
  const begun = before.match(BEGIN)?.length ?? 0;
  if (begun === 0) continue;
  if (before.match(BLOCK)?.length !== begun) fail(`${file}: a figures block has no <!-- /figures -->.`);
  const written = before.replace(BLOCK, (_, name, part) => block(file, name, part));
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

function block(file, name, part) {
  const figures = read(file, name);
  const wanted = part === undefined ? figures : figures.filter(({ id }) => id.startsWith(`${part}: `));
  if (wanted.length === 0) fail(`${file}: docs/figures/${name}.json has no figure that begins with "${part}: ".`);
  const hasTargets = wanted.some(({ target }) => target !== null);
  const head = ['figure', 'value', 'from, to', 'unit', ...(hasTargets ? ['target'] : [])];
  const rows = wanted.map(({ id, value, low, high, unit, target, met }) => [
    part === undefined ? id : id.slice(part.length + 2),
    value,
    low === high ? '' : `${low}, ${high}`,
    unit,
    ...(hasTargets ? [target === null ? '' : `${target}, ${met ? 'met' : '**missed**'}`] : []),
  ]);
  const line = (cells) => `| ${cells.map((cell) => `${cell}`.replaceAll('|', '\\|')).join(' | ')} |`;
  const origins = [...new Set(wanted.map(({ command, commit }) => `\`${command}\` at ${commit}`))].join('; ');
  const table = [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
  return `<!-- figures:${name}${part === undefined ? '' : ` ${part}`} -->\n\n${table}\n\n${origins}\n\n<!-- /figures -->`;
}

function read(file, name) {
  const path = join('docs', 'figures', `${name}.json`);
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(`${file}: ${path} cannot be read (${error.code ?? error.message}).`);
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
