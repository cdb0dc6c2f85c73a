import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Interval } from '../metrics/bootstrap';

/** A row of docs/figures/NAME.json, as the benches write it. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  readonly target: string | null;
  readonly met: boolean | null;
}

export interface Target {
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function figure(id: string, { value, low, high }: Interval, unit: string, target: Target = {}): Figure {
  const { atLeast, atMost } = target;
  const words = atLeast !== undefined ? `>= ${atLeast}` : atMost !== undefined ? `<= ${atMost}` : null;
  const met = atLeast !== undefined ? value >= atLeast : atMost !== undefined ? value <= atMost : null;
  return { id, value: rounded(value), low: rounded(low), high: rounded(high), unit, target: words, met };
}

/** A figure without an interval: a count, say. */
export function plain(id: string, value: number, unit: string, target: Target = {}): Figure {
  return figure(id, { value, low: value, high: value }, unit, target);
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** Mean of the folds, with the lowest and the highest as bounds. */
export function overFolds(values: readonly number[]): Interval {
  return {
    value: values.reduce((a, b) => a + b, 0) / Math.max(1, values.length),
    low: Math.min(...values),
    high: Math.max(...values),
  };
}

/** Writes docs/figures/NAME.json and the pictures {NAME: svg} beside it. */
export function keep(
  outDir: string,
  name: string,
  figures: readonly Figure[],
  command: string,
  pictures: Readonly<Record<string, string>> = {},
): void {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
  mkdirSync(outDir, { recursive: true });
  const rows = figures.map((row) => ({ ...row, command, commit }));
  writeFileSync(join(outDir, `${name}.json`), `${JSON.stringify(rows, null, 2)}\n`);
  for (const [file, svg] of Object.entries(pictures)) writeFileSync(join(outDir, `${file}.svg`), svg);
}
