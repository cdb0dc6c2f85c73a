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
    for (const [, name] of doc.matchAll(/`(rapport_\w+)/g)) expect(known).toContain(name);
    for (const stage of STAGES) expect(doc).toContain(`\`${stage}\``);
  });

  it('states the bound of draining, and its links lead somewhere', () => {
    expect(doc).toContain(`takes at most ${DRAIN_TIMEOUT_MS / 1000} s`);
    for (const [, link] of doc.matchAll(/\]\(([^)]+)\)/g))
      expect([link, existsSync(join(root, 'docs', link!))]).toEqual([link, true]);
  });
});

/** There is no Docker where the tests run: this only keeps the files and the code in step. */
describe('containers', () => {
  const compose = read('docker-compose.yml');
  const dockerfile = read('Dockerfile');

  it('set only what the configuration reads, and let Kafka start alone without keys', () => {
    const config = read('src/config/settings.ts');
    const [, service] = /^ {2}rapport:\n([\s\S]*?)(?=^ {2}\w)/m.exec(compose)!;
    const [, environment] = /environment:\n((?: {6}.*\n)+)/.exec(service!)!;
    const names = [...environment!.matchAll(/^ {6}([A-Z_]+):/gm)].map(([, name]) => name!);
    expect(names).toEqual(['HOST', 'RAPPORT_API_KEYS', 'KAFKA_BROKERS']);
    const settings = [...names, 'PORT', 'RAPPORT_DATA_DIR'];
    for (const name of settings) expect(config).toMatch(new RegExp(`\\b${name}\\b`));
    expect(service).toContain('${RAPPORT_API_KEYS:-}');
    expect(service).toContain('/readyz');
    expect(compose).toContain('INTERNAL://kafka:19092');
    expect(Number(/stop_grace_period: (\d+)s/.exec(service!)![1]) * 1000).toBeGreaterThan(DRAIN_TIMEOUT_MS);
  });

  it('run dist/supervise.js as a user that is not root, with production dependencies and the models', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(last).toContain('\nUSER node\n');
    expect(last).toContain('CMD ["node", "dist/supervise.js"]');
    expect(last).toContain('COPY models ./models');
    expect(last).not.toContain('--from=build /app/node_modules');
    expect(dockerfile).toContain('npm ci --omit=dev');
    const copied = [...dockerfile.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, files]) => files!.split(' '));
    for (const file of copied)
      if (!file.includes('*')) expect([file, existsSync(join(root, file))]).toEqual([file, true]);
  });
});
