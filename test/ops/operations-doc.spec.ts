import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STAGES } from '../../src/facts/meter';
import { DRAIN_TIMEOUT_MS } from '../../src/ops/drain';
import { METRICS } from '../../src/ops/metrics-table';

const root = join(__dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const doc = read('docs/operations.md');

describe('docs/operations.md', () => {
  it('lists every metric with its type, labels and meaning', () => {
    const rows = doc
      .split('\n')
      .filter((line) => line.startsWith('| `rapport_') && line.split('|').length === 6)
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim().replaceAll('`', '')),
      );
    const listed = Object.values(METRICS).map(({ name, type, labels, help }) => [
      name,
      type,
      labels.length === 0 ? '-' : labels.join(', '),
      help,
    ]);
    expect(rows).toEqual(listed);
  });

  it('names no metric that there is not, and tells each stage', () => {
    const known = new Set<string>(Object.values(METRICS).map(({ name }) => name));
    for (const [, name] of doc.matchAll(/`(rapport_(?!dlq_)\w+)/g)) expect(known).toContain(name);
    for (const stage of STAGES) expect(doc).toContain(`\`${stage}\``);
  });

  it('states the bound of draining, and its links lead somewhere', () => {
    expect(doc).toContain(`takes at most ${DRAIN_TIMEOUT_MS / 1000} s`);
    for (const [, link] of doc.matchAll(/\]\(([^)#]+)/g))
      expect([link, existsSync(join(root, 'docs', link!))]).toEqual([link, true]);
  });
});
