import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';

interface Suite {
  readonly path: string;
  readonly context: {
    readonly config: { readonly rootDir: string };
    readonly hasteFS: { getSize(path: string): number };
  };
}
type Sequencer = { new (): { sort(suites: Suite[]): Suite[] }; readonly LONG: readonly string[] };

const ROOT = join(__dirname, '../..');
const LongSuitesFirst = jest.requireActual<Sequencer>('./long-suites-first.cjs');

describe('the order of suites', () => {
  it('names suites that there are', () => {
    for (const path of LongSuitesFirst.LONG) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  });

  it('begins with the long ones, and leaves the others as Jest has them: the larger file first', () => {
    const context = { config: { rootDir: ROOT }, hasteFS: { getSize: (path: string) => statSync(path).size } };
    const others = ['test/doors/hume.spec.ts', 'test/ops/metrics.spec.ts', 'src/ops/tally.spec.ts'];
    const suites = [...[...others].reverse(), ...LongSuitesFirst.LONG].map((path) => ({
      path: join(ROOT, path),
      context,
    }));
    const sorted = new LongSuitesFirst().sort(suites).map(({ path }) => path);
    expect(sorted).toEqual([...LongSuitesFirst.LONG, ...others].map((path) => join(ROOT, path)));
  });
});
