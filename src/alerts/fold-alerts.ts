import type { AlertEvent, AlertEnd, AlertText, AlertTick } from './alert-event';
import { type AlertResult, clearedAlert, raisedAlert, updatedAlert } from './alert-results';
import type { AlertState, RuleState } from './alert-state';
import type { CompiledRule } from './compiled-rule';
import { judgeRule } from './judge-rule';
import { heardWords, hearWords } from './judge-words';
import { judgeLeftAlerts, leftAlertOf } from './left-alerts';
import { type Moment, momentOf } from './moment';

export type Folded = readonly [AlertState, readonly AlertResult[]];

/**
 * The one function that changes the state of alerts. `rules`: those that watch this session, as they are now; what is open
 * of a rule that is not among them any more is cleared at the next tick.
 */
export function foldAlerts(state: AlertState, event: AlertEvent, rules: readonly CompiledRule[]): Folded {
  switch (event.kind) {
    case 'text':
      return [onText(state, event, rules), []];
    case 'tick':
      return onTick(state, event, rules);
    case 'end':
      return onEnd(state, event, rules);
  }
}

/** What was said is judged at the next tick. */
function onText(state: AlertState, text: AlertText, rules: readonly CompiledRule[]): AlertState {
  const words = heardWords(text);
  const changed: Record<string, RuleState> = {};
  for (const rule of rules) {
    if (!rule.leaves.some(isAboutWords)) continue;
    const before = ruleState(state, rule);
    if (before === undefined) continue;
    const leaves = rule.leaves.map((leaf, i) => {
      const remembered = before.leaves[i] ?? {};
      return isAboutWords(leaf) ? hearWords(remembered, leaf, text, words) : remembered;
    });
    changed[rule.id] = { ...before, leaves };
  }
  return { ...state, rules: { ...state.rules, ...changed } };
}

/** Undefined: an alert of what the rule was before is still open, and goes first. */
function ruleState(state: AlertState, { id, key }: CompiledRule): RuleState | undefined {
  const before = state.rules[id];
  if (before === undefined) return { key, leaves: [] };
  if (before.key === key) return before;
  return before.open === undefined ? { key, leaves: [] } : undefined;
}

function onTick(state: AlertState, tick: AlertTick, rules: readonly CompiledRule[]): Folded {
  // no second is judged twice, whatever a replay brings
  if (tick.nowMs <= state.tickMs) return [state, []];
  return judge(state, momentOf(state, tick, rules), rules);
}

function onEnd(state: AlertState, { isJudged }: AlertEnd, rules: readonly CompiledRule[]): Folded {
  const nowMs = state.tickMs;
  const tick: AlertTick = { kind: 'tick', nowMs, talk: { onHold: false, heardMs: 0 } };
  const [judged, results] = isJudged
    ? judge(state, { ...momentOf(state, tick, rules), isEnd: true }, rules)
    : [state, []];
  const { left = [], ...rest } = judged;
  const over = Object.entries(judged.rules).flatMap(([ruleId, { open }]) =>
    open === undefined ? [] : [clearedAlert(ruleId, open, nowMs, 'session_ended')],
  );
  const leftOver = left.map((alert) => clearedAlert(alert.ruleId, alert, nowMs, 'session_ended'));
  return [{ ...rest, rules: {} }, [...results, ...over, ...leftOver]];
}

function judge(state: AlertState, moment: Moment, rules: readonly CompiledRule[]): Folded {
  const results: AlertResult[] = [];
  const next: Record<string, RuleState> = {};
  const keys = new Map(rules.map(({ id, key }) => [id, key]));
  for (const [ruleId, { key, open }] of Object.entries(state.rules)) {
    if (open === undefined || keys.get(ruleId) === key) continue;
    results.push(clearedAlert(ruleId, open, moment.nowMs, keys.has(ruleId) ? 'rule_changed' : 'rule_removed'));
  }
  for (const rule of rules) {
    const before = state.rules[rule.id];
    const same = before?.key === rule.key ? before : { key: rule.key, leaves: [] };
    const [after, told] = judgeOne(same, rule, moment, state.left);
    next[rule.id] = after;
    results.push(...told);
  }
  const { nowMs, series, interruptions } = moment;
  const { waiting, results: ofLeft } = judgeLeftAlerts(state, next, rules, nowMs);
  const after: AlertState = { tickMs: nowMs, rules: next, series, interruptions };
  return [waiting.length === 0 ? after : { ...after, left: waiting }, [...ofLeft, ...results]];
}

function judgeOne(
  before: RuleState,
  rule: CompiledRule,
  moment: Moment,
  left: AlertState['left'],
): [RuleState, AlertResult[]] {
  const { nowMs } = moment;
  const { leaves, verdict, ...about } = judgeRule(before.leaves, rule, moment);
  const { open, clearedMs = -Infinity } = before;
  if (open === undefined) {
    const isDue = verdict === 'yes' && nowMs - clearedMs >= rule.cooldownMs;
    if (!isDue) return [{ ...before, leaves }, []];
    const [raised, result] = raisedAlert(rule, nowMs, about);
    const again = leftAlertOf(left, rule, nowMs);
    if (again === undefined) return [{ key: rule.key, leaves, open: raised }, [result]];
    const { onsetMs, revision, toldMs } = again;
    return [{ key: rule.key, leaves, open: { ...raised, onsetMs, revision, toldMs: Math.max(nowMs, toldMs) } }, []];
  }
  if (verdict === 'yes') {
    const [updated, told] = updatedAlert(rule.id, open, nowMs, about);
    return [{ key: rule.key, leaves, open: updated }, told];
  }
  if (verdict === 'unknown' && moment.isEnd === true) return [{ key: rule.key, leaves, open }, []];
  const { overSinceMs = nowMs } = before;
  if (nowMs - overSinceMs < rule.clearAfterMs) return [{ key: rule.key, leaves, open, overSinceMs }, []];
  return [{ key: rule.key, leaves, clearedMs: nowMs }, [clearedAlert(rule.id, open, nowMs, 'over')]];
}

const isAboutWords = (leaf: CompiledRule['leaves'][number]) => leaf.kind === 'said' || leaf.kind === 'notSaid';
