import { createHash } from 'node:crypto';
import { ALERT_CONDITIONS, type AlertCondition, type AlertRule } from '@rapport-live/protocol';
import { parsePhrase, type Phrase } from './phrases';

type LeafKind = (typeof ALERT_CONDITIONS)[number];
type Given<K extends LeafKind> = NonNullable<AlertCondition[K]>;

/** A condition that has none below it. */
export type Leaf = { readonly [K in LeafKind]: { readonly kind: K; readonly given: Given<K> } & Heard<K> }[LeafKind];

/** Of conditions about words: their phrases, taken apart once. */
type Heard<K extends LeafKind> = K extends 'said' | 'notSaid'
  ? { readonly phrases: readonly Phrase[]; readonly after?: readonly Phrase[] }
  : unknown;

export type LeafOf<K extends LeafKind> = Extract<Leaf, { kind: K }>;

/** How leaves are joined, by their place among `leaves`. */
export type Join =
  | { readonly op: 'leaf'; readonly at: number }
  | { readonly op: 'all' | 'any'; readonly of: readonly Join[] }
  | { readonly op: 'not'; readonly of: Join };

export interface CompiledRule extends Omit<AlertRule, 'when'> {
  /** Of id and content: what is remembered of a rule is of no use to another. */
  readonly key: string;
  readonly leaves: readonly Leaf[];
  readonly when: Join;
}

export function compileRule(rule: AlertRule): CompiledRule {
  const leaves: Leaf[] = [];
  const { when, ...rest } = rule;
  return { ...rest, key: keyOf(rule), when: joined(when, leaves), leaves };
}

/** The rules that watch a session of this team. */
export function rulesOfTeam(rules: readonly CompiledRule[], team: string | undefined): CompiledRule[] {
  return rules.filter(({ teams }) => teams === undefined || (team !== undefined && teams.includes(team)));
}

function joined(condition: AlertCondition, leaves: Leaf[]): Join {
  const { all, any, not } = condition;
  if (all !== undefined) return { op: 'all', of: all.map((one) => joined(one, leaves)) };
  if (any !== undefined) return { op: 'any', of: any.map((one) => joined(one, leaves)) };
  if (not !== undefined) return { op: 'not', of: joined(not, leaves) };
  leaves.push(leafOf(condition));
  return { op: 'leaf', at: leaves.length - 1 };
}

function leafOf(condition: AlertCondition): Leaf {
  const kind = ALERT_CONDITIONS.find((one) => condition[one] !== undefined)!;
  const given = condition[kind]!;
  const words = 'anyOf' in given ? given : undefined;
  return {
    ...{ kind, given },
    ...(words && { phrases: words.anyOf.map(parsePhrase) }),
    ...(words?.after && { after: words.after.anyOf.map(parsePhrase) }),
  } as Leaf;
}

/** zod gives keys in the order of the schema, so equal rules have equal texts. */
function keyOf(rule: AlertRule): string {
  return createHash('sha256').update(JSON.stringify(rule)).digest('hex').slice(0, 12);
}
