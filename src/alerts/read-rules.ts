import {
  type AlertCondition,
  type AlertRule,
  AlertRuleSet,
  AlertRulesFile,
  MAX_ALERT_CONDITIONS,
  MAX_CONDITION_DEPTH,
  MAX_RULE_CONDITIONS,
  RapportError,
} from '@rapport-live/protocol';
import type { z } from 'zod';
import { wrongWaysBack } from './ways-back';

/** Nothing that is a rule nests deeper; what does is not looked at further. */
const MAX_VALUE_DEPTH = 4 * MAX_CONDITION_DEPTH;
const MAX_TOLD_FAULTS = 5;
const MAX_TOLD_VALUE = 60;

/** Where in its text a value stands; without one, nothing is said of lines. @param path keys and indexes from the root */
export type LineOf = (path: readonly PropertyKey[]) => number;

interface Text {
  readonly name: string;
  readonly lineOf?: LineOf;
}

/** What a rules file states. Throws RapportError `alert_rules_invalid`, which names line, rule, place and value. */
export const readRulesFile = (value: unknown, name: string, lineOf?: LineOf): AlertRulesFile => {
  const text = { name, lineOf };
  const file = read(AlertRulesFile, value, text);
  checkRules(file.rules, ['rules'], text);
  for (const [tenant, { rules }] of Object.entries(file.tenants ?? {})) {
    checkRules(rules, ['tenants', tenant, 'rules'], text);
  }
  return file;
};

/** The rules of one tenant, as a request states them. Throws as `readRulesFile` does. */
export const readRuleSet = (value: unknown, name: string): AlertRuleSet => {
  const set = read(AlertRuleSet, value, { name });
  checkRules(set.rules, ['rules'], { name });
  return set;
};

function read<S extends z.ZodType>(schema: S, value: unknown, { name, lineOf }: Text): z.infer<S> {
  if (isDeeperThan(value, MAX_VALUE_DEPTH)) throw invalid(name, ['is nested deeper than any rule']);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => {
    const [key] = issue.code === 'unrecognized_keys' ? issue.keys : [];
    return atLine(lineOf, key === undefined ? issue.path : [...issue.path, key], faultOf(issue, value));
  });
  throw invalid(name, faults);
}

/** What a schema cannot say. @param path of the list */
function checkRules(rules: readonly AlertRule[], path: readonly PropertyKey[], { name, lineOf }: Text): void {
  const faults: string[] = [];
  let conditions = 0;
  rules.forEach(({ id, when }, i) => {
    const fault = (at: readonly PropertyKey[], sentence: string): void =>
      void faults.push(atLine(lineOf, [...path, i, ...at], sentence));
    if (rules.findIndex((other) => other.id === id) < i) fault(['id'], `rule "${id}": another rule has the same id`);
    for (const { at, back, bound } of wrongWaysBack(when, ['when'])) {
      fault(at, `rule "${id}", ${dotted(at)}: is ${back}, beyond the bound of ${bound}`);
    }
    const { count, depth } = sizeOf(when);
    conditions += count;
    if (count > MAX_RULE_CONDITIONS) {
      fault(['when'], `rule "${id}", when: ${count} conditions, at most ${MAX_RULE_CONDITIONS}`);
    }
    if (depth > MAX_CONDITION_DEPTH) {
      fault(['when'], `rule "${id}", when: nested ${depth} deep, at most ${MAX_CONDITION_DEPTH}`);
    }
  });
  if (conditions > MAX_ALERT_CONDITIONS) {
    faults.push(atLine(lineOf, path, `rules: ${conditions} conditions in all, at most ${MAX_ALERT_CONDITIONS}`));
  }
  if (faults.length > 0) throw invalid(name, faults);
}

const atLine = (lineOf: LineOf | undefined, path: readonly PropertyKey[], fault: string): string =>
  lineOf === undefined ? fault : `line ${lineOf(path)}, ${fault}`;

function sizeOf({ all, any, not }: AlertCondition): { count: number; depth: number } {
  const below = [...(all ?? []), ...(any ?? []), ...(not === undefined ? [] : [not])].map(sizeOf);
  if (below.length === 0) return { count: 1, depth: 1 };
  const count = below.reduce((sum, one) => sum + one.count, 0);
  return { count, depth: 1 + Math.max(...below.map(({ depth }) => depth)) };
}

/** `rule "angry", when.emotion.atLeast: is 1.4, Too big: expected number to be <=1`. */
function faultOf({ path, message }: z.core.$ZodIssue, value: unknown): string {
  const { rule, rest } = ruleAt(path, value);
  const where = [rule, rest].filter((part) => part !== '').join(', ');
  const found = at(value, path);
  const shown = typeof found === 'object' && found !== null ? '' : `is ${shownValue(found)}, `;
  return `${where}: ${shown}${message}`;
}

/** The rule by its id where it has one, and the place in it. */
function ruleAt(path: readonly PropertyKey[], value: unknown): { rule: string; rest: string } {
  const list = path.indexOf('rules');
  const index = path[list + 1];
  if (list < 0 || index === undefined) return { rule: '', rest: dotted(path) };
  const id = at(value, [...path.slice(0, list + 2), 'id']);
  const tenant = path[0] === 'tenants' ? `tenant "${String(path[1])}", ` : '';
  const name = typeof id === 'string' ? `"${id.slice(0, MAX_TOLD_VALUE)}"` : `number ${Number(index) + 1}`;
  return { rule: `${tenant}rule ${name}`, rest: dotted(path.slice(list + 2)) };
}

const dotted = (path: readonly PropertyKey[]): string =>
  path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${String(part)}`)).join('');

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}

const shownValue = (value: unknown): string =>
  value === undefined ? 'missing' : (JSON.stringify(value) ?? typeof value).slice(0, MAX_TOLD_VALUE);

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}

function invalid(name: string, faults: readonly string[]): RapportError {
  const told = faults.slice(0, MAX_TOLD_FAULTS).join('; ');
  const more = faults.length > MAX_TOLD_FAULTS ? `; and ${faults.length - MAX_TOLD_FAULTS} more` : '';
  return new RapportError('alert_rules_invalid', `${name} does not fit: ${told}${more}.`);
}
