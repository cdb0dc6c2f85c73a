import { ask } from '../support/ask-module';

interface Row {
  readonly id: string;
  readonly value: number;
  readonly high: number;
  readonly commit?: string;
}

/** Rows of `base` at 1 and 4 as kept before, joined by runs of 2 and 3. */
const join = (p95: Record<number, number>): Row[] =>
  ask(`
    import { capacityRows, merged } from './bench/load/capacity-rows.mjs';
    const run = (p95) => ({ assessments: { p50: 1, p95, p99: 2000, 'p99.9': 2000 }, finals: { p95: 5 }, unsteady: [],
      served: { busy: 0.5 }, generator: { core: 0, sendLateMs: { p99: 1 } } });
    const rows = (name, p95) => capacityRows({ name, runs: new Map(Object.entries(p95).map(([n, ms]) => [Number(n), [run(ms)]])) });
    const before = [...rows('base', { 1: 700, 4: 1050 }), ...rows('tiny', { 1: 500 })].map((row) => ({ ...row, commit: 'old' }));
    console.log(JSON.stringify(merged(before, rows('base', ${JSON.stringify(p95)}), { names: ['base'], limitMs: 1000 })));
  `);

it('runs of some counts join the rows kept before, and the value is told from all of them', () => {
  const rows = join({ 2: 800, 3: 900 });
  expect(
    rows.filter(({ id }) => id.includes('p95 after the window')).map(({ id, commit }) => [id.slice(0, 12), commit]),
  ).toEqual([
    ['base, 1 live', 'old'],
    ['base, 2 live', undefined],
    ['base, 3 live', undefined],
    ['base, 4 live', 'old'],
    ['tiny, 1 live', 'old'],
  ]);
  expect(rows[0]).toMatchObject({ id: expect.stringMatching(/^base: live conversations/), value: 3, high: 4 });
});

it('a count that fails bounds the value, whatever passes above it', () => {
  expect(join({ 2: 1001, 3: 900 })[0]).toMatchObject({ value: 1, high: 2 });
});

it('a count measured anew takes the place of what was kept', () => {
  const rows = join({ 4: 950 });
  expect(rows.filter(({ id }) => id.startsWith('base, 4'))).toHaveLength(9);
  expect(rows[0]).toMatchObject({ value: 4, high: 4 });
});
