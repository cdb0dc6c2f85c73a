import type { LRParser } from '@lezer/lr';
import { METRICS, type MetricSpec } from '../../src/ops/metrics-table';

// It comes as CommonJS too, but its types are those of an ES module.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const { parser } = require('@prometheus-io/lezer-promql') as { parser: LRParser };

export interface Selector {
  readonly metric: string;
  /** Label, operator, value. */
  readonly matchers: readonly { readonly label: string; readonly value: string }[];
}

export interface Query {
  /** What Prometheus' own grammar does not take; empty: it is a query. */
  readonly faults: readonly string[];
  readonly selectors: readonly Selector[];
  /** Of `by`, `without`, `on`. */
  readonly groupingLabels: readonly string[];
}

/** A query by the grammar of Prometheus' own editor. */
export function readQuery(text: string): Query {
  const faults: string[] = [];
  const selectors: { metric: string; matchers: { label: string; value: string }[] }[] = [];
  const groupingLabels: string[] = [];
  const cursor = parser.parse(text).cursor();
  do {
    const { name, from, to } = cursor;
    const own = text.slice(from, to);
    if (cursor.type.isError) faults.push(`at ${from}: ${text.slice(Math.max(0, from - 10), to + 10)}`);
    if (name === 'VectorSelector') selectors.push({ metric: own.split(/[{\s[]/)[0]!, matchers: [] });
    if (name === 'UnquotedLabelMatcher' || name === 'QuotedLabelMatcher') {
      const [, label, value] = /^(\w+)\s*(?:=~|!~|!=|=)\s*"(.*)"$/.exec(own) ?? [];
      selectors.at(-1)?.matchers.push({ label: label!, value: value! });
    }
    if (name === 'LabelName' && cursor.node.parent?.name === 'GroupingLabels') groupingLabels.push(own);
  } while (cursor.next());
  return { faults, selectors, groupingLabels };
}

const SUFFIXES = /_(bucket|sum|count)$/;

/** Our metric that a name in a query is of, a histogram's `_bucket` for instance; undefined: not one of ours. */
export function metricOf(name: string): MetricSpec | undefined {
  const specs: readonly MetricSpec[] = Object.values(METRICS);
  return (
    specs.find((spec) => spec.name === name && spec.type !== 'histogram') ??
    specs.find((spec) => spec.type === 'histogram' && SUFFIXES.test(name) && spec.name === name.replace(SUFFIXES, ''))
  );
}
