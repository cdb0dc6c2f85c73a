import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { METRICS } from '../../src/ops/metrics-table';
import { ROOT } from '../support/compose';
import { metricOf, readQuery } from '../support/promql';
import { type RunningService, startService } from '../support/service';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: { readonly query: string } }[] };
}

const FOLDER = join(ROOT, 'ops/prometheus');
const { groups } = parse(readFileSync(join(FOLDER, 'rules.yml'), 'utf8')) as { groups: { rules: Rule[] }[] };
const RULES = groups.flatMap(({ rules }) => rules);
const DASHBOARD = JSON.parse(readFileSync(join(ROOT, 'ops/grafana/dashboards/rapport.json'), 'utf8')) as Dashboard;
const PANELS = DASHBOARD.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));
/** What Prometheus adds to every series. */
const TARGET_LABELS = ['job', 'instance'];

let service: RunningService;
let exposed: Map<string, Set<string>>;
beforeAll(async () => {
  service = await startService({ kafkaBrokers: ['127.0.0.1:1'] });
  const text = await (await fetch(`${service.http}/metrics`)).text();
  exposed = new Map();
  for (const line of text.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    const name = line.split(/[{ ]/)[0]!;
    const labels = exposed.get(name) ?? new Set<string>();
    for (const [pair] of line.matchAll(/\w+="[^"]*"/g)) labels.add(pair);
    exposed.set(name, labels);
  }
});
afterAll(() => service.close());

/** Every metric of a query is exposed, or ours where it is not (spans without export); every label and word of it too. */
function expectKnown(expr: string): void {
  const { faults, selectors, groupingLabels } = readQuery(expr.replaceAll('$instance', 'a'));
  expect(faults).toEqual([]);
  expect(selectors.length).toBeGreaterThan(0);
  const labelsOfQuery = new Set([...TARGET_LABELS, 'le']);
  for (const { metric, matchers } of selectors) {
    const spec = metricOf(metric);
    expect([metric, metric === 'up' || exposed.has(metric) || spec !== undefined]).toEqual([metric, true]);
    for (const label of spec?.labels ?? []) labelsOfQuery.add(label);
    for (const { label, value } of matchers) {
      if (TARGET_LABELS.includes(label)) continue;
      expect([metric, spec?.labels]).toEqual([metric, expect.arrayContaining([label])]);
      if (!exposed.has(metric)) continue;
      for (const word of value.split('|')) expect([...exposed.get(metric)!]).toContain(`${label}="${word}"`);
    }
  }
  for (const label of groupingLabels) expect([...labelsOfQuery]).toContain(label);
}

describe('the alert rules', () => {
  it.each(RULES.map((rule) => [rule.alert, rule] as const))('%s: asks for what there is', (_, rule) => {
    expectKnown(rule.expr);
    expect(['page', 'ticket']).toContain(rule.labels.severity);
    const { groupingLabels } = readQuery(rule.expr);
    for (const [, label] of rule.annotations.summary.matchAll(/\$labels\.(\w+)/g)) {
      expect([...groupingLabels, ...TARGET_LABELS]).toContain(label);
    }
  });

  it('each have a page in the runbook, and each page its alert', () => {
    const pages = readdirSync(join(ROOT, 'docs/runbook')).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(RULES.map(({ alert }) => `${alert}.md`).sort());
    const index = readFileSync(join(ROOT, 'docs/runbook/README.md'), 'utf8');
    for (const { alert, labels, annotations } of RULES) {
      expect(annotations.runbook).toBe(`docs/runbook/${alert}.md`);
      const page = readFileSync(join(ROOT, annotations.runbook), 'utf8');
      expect([...page.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading)).toEqual([
        alert,
        ...['What it means', 'Where to look', 'What to do', 'Over when'],
      ]);
      expect(index).toMatch(new RegExp(`\\[${alert}\\]\\(${alert}\\.md\\) +\\| ${labels.severity} `));
      const known = Object.values(METRICS).map(({ name }) => name as string);
      for (const [, name] of page.matchAll(/`(rapport_(?!dlq_)\w+)/g)) expect(known).toContain(name);
    }
  });

  it('are each tried in rules.test.yml', () => {
    const { tests } = parse(readFileSync(join(FOLDER, 'rules.test.yml'), 'utf8')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const tried = tests.flatMap((test) => test.alert_rule_test).filter(({ exp_alerts }) => exp_alerts.length > 0);
    expect([...new Set(tried.map(({ alertname }) => alertname))].sort()).toEqual(
      RULES.map(({ alert }) => alert).sort(),
    );
  });
});

describe('the dashboard', () => {
  it.each(PANELS)('%s: asks for what there is (%s)', (_, expr) => expectKnown(expr));

  it('shows every metric of ours, and has an id for each panel', () => {
    const shown = new Set(
      PANELS.flatMap(([, expr]) => readQuery(expr).selectors.map(({ metric }) => metricOf(metric)?.name)),
    );
    expect(
      Object.values(METRICS)
        .map(({ name }) => name)
        .filter((name) => !shown.has(name)),
    ).toEqual([]);
    const ids = DASHBOARD.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { query } of DASHBOARD.templating.list) {
      expect(metricOf(/label_values\((\w+), instance\)/.exec(query.query)![1]!)).toBeDefined();
    }
  });
});

it('a query with a fault, or for a metric or label that there is not, is told', () => {
  expect(readQuery('sum(rapport_sessions_live').faults).not.toEqual([]);
  for (const expr of [
    'rapport_session_live',
    'rapport_errors_total{kode="internal"}',
    'rapport_errors_total{code="nothing"}',
    'sum by (tenant) (rapport_sessions_live)',
  ]) {
    expect(() => expectKnown(expr)).toThrow();
  }
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
(promtool ? describe : describe.skip)(promtool ? 'promtool' : 'promtool (skipped: it is not installed)', () => {
  const run = (...args: string[]): { status: number | null; said: string } => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: FOLDER, encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };

  it('takes the configuration and the rules', () => {
    expect(run('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
    expect(run('check', 'rules', 'rules.yml')).toMatchObject({
      status: 0,
      said: expect.stringContaining(`${RULES.length} rules`),
    });
  });

  it('sees each alert when it should be there, and not before', () => {
    const { status, said } = run('test', 'rules', 'rules.test.yml');
    expect([said, status]).toEqual([expect.not.stringContaining('FAILED'), 0]);
  });
});
