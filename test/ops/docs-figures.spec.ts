import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '../../scripts/docs.mjs');
const root = mkdtempSync(join(tmpdir(), 'rapport-docs-'));
const doc = join(root, 'docs', 'a.md');
beforeAll(() => mkdirSync(join(root, 'docs', 'figures'), { recursive: true }));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const docs = (...args: string[]) => spawnSync(process.execPath, [SCRIPT, ...args], { cwd: root, encoding: 'utf8' });
const figure = (id: string, value: number) => ({
  ...{ id, value, low: value, high: value + 1, unit: 'ms', target: '<= 5', met: value <= 5 },
  ...{ command: 'npm run bench', commit: 'abc1234' },
});
const keep = (...figures: object[]): void =>
  writeFileSync(join(root, 'docs', 'figures', 'speed.json'), JSON.stringify(figures));

test('tables are written from figures, and a table that differs is told with the command that repairs it', () => {
  keep(figure('fast: p50', 2), figure('fast: p95', 7), figure('slow: p50', 9));
  writeFileSync(doc, '# A\n\n<!-- figures:speed fast -->\n<!-- /figures -->\n\nEnd.\n');
  expect(docs('--check')).toMatchObject({ status: 1, stderr: expect.stringContaining('run `npm run docs`') });
  expect(docs()).toMatchObject({ status: 0, stdout: expect.stringContaining('wrote docs/a.md') });
  const written = readFileSync(doc, 'utf8');
  expect(written).toContain('| p95    | 7     | 7, 8     | ms   | <= 5, **missed** |');
  expect(written).toContain('`npm run bench` at abc1234');
  expect(written).not.toContain('slow');
  expect(written).toMatch(/<!-- \/figures -->\n\nEnd\.\n$/);
  expect(docs('--check')).toMatchObject({ status: 0, stderr: '' });

  keep(figure('fast: p50', 3));
  expect(docs('--check').status).toBe(1);
});

test('figures of several files become a table of two dimensions, rows and columns in their order', () => {
  keep(figure('load: one core: p50', 2), figure('load: one core: p95', 7), figure('load: two: cores: p95', 1.23456));
  writeFileSync(
    join(root, 'docs', 'figures', 'more.json'),
    JSON.stringify([{ ...figure('load: three: n', 12), high: 12, unit: 'count', target: null }]),
  );
  writeFileSync(doc, '<!-- table:speed,more load -->\n<!-- /figures -->\n');
  expect(docs().status).toBe(0);
  const rows = readFileSync(doc, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  expect(
    rows
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      )
      .toSpliced(1, 1),
  ).toEqual([
    ['', 'p50 (ms)', 'p95 (ms)', 'n'],
    ['one core', '2 (2 to 3); <= 5 met', '7 (7 to 8); <= 5 **missed**', ''],
    ['two: cores', '', '1.235 (1.235 to 2.235); <= 5 met', ''],
    ['three', '', '', '12'],
  ]);
  expect(docs('--check')).toMatchObject({ status: 0, stderr: '' });
});

test('pictures that are there are shown', () => {
  writeFileSync(join(root, 'docs', 'figures', 'map.svg'), '<svg/>');
  writeFileSync(doc, '<!-- pictures:map,later Europe -->\n<!-- /figures -->\n');
  expect(docs().status).toBe(0);
  expect(readFileSync(doc, 'utf8')).toContain('![map, Europe](figures/map.svg)');
  expect(readFileSync(doc, 'utf8')).not.toContain('later.svg');
  expect(docs('--check')).toMatchObject({ status: 0, stderr: '' });
});

test('a table whose measurement is still to be made says so', () => {
  writeFileSync(doc, '<!-- table:later part -->\n<!-- /figures -->\n');
  expect(docs().status).toBe(0);
  expect(readFileSync(doc, 'utf8')).toBe('<!-- table:later part -->\n\nNot measured yet.\n\n<!-- /figures -->\n');
});

test.each([
  ['<!-- figures:speed nothing -->\n<!-- /figures -->', 'no figure that begins with "nothing: "'],
  ['<!-- figures:none -->\n<!-- /figures -->', 'none.json cannot be read (ENOENT)'],
  ['<!-- figures:speed -->', 'has no <!-- /figures -->'],
])('%j is refused', (text, sentence) => {
  writeFileSync(doc, `${text}\n`);
  expect(docs('--check')).toMatchObject({ status: 1, stderr: expect.stringContaining(sentence) });
});
