import type { AlertData } from '@rapport-live/protocol';
import { type AlertResult, clearedAlert } from './alert-results';
import type { AlertState, LeftAlert, RuleState } from './alert-state';
import type { CompiledRule } from './compiled-rule';
import { TRANSCRIPT_GRACE_MS } from './judge-words';

/** @param told the newest of each alert that is open in the log, which goes further than the state. */
export function withLeftAlerts({ left: _, ...state }: AlertState, told: readonly AlertData[]): AlertState {
  const left = told.flatMap((data): LeftAlert[] => {
    const { ruleId, onsetWindowEndMs: onsetMs, windowEndMs: toldMs, revision, name = '', severity } = data;
    const { key, open } = state.rules[ruleId] ?? {};
    if (open?.onsetMs === onsetMs) return [];
    return [{ ruleId, ...(key === undefined ? {} : { key }), onsetMs, toldMs, revision, name, severity }];
  });
  return left.length === 0 ? state : { ...state, left };
}

/**
 * What a rule goes on with when it finds now what it had found before the process was killed: it is told no second time. Words that
 * were late then are not now, so that its moment may be another; one of another rule of this name is the same at its very moment alone.
 */
export function leftAlertOf(left: AlertState['left'], { id, key }: CompiledRule, nowMs: number): LeftAlert | undefined {
  return left?.find((one) => one.ruleId === id && (isOf(one, key) || one.onsetMs === nowMs));
}

/**
 * Those that may still be found again, and what is told of the others: of one whose rule is gone, or is another, or finds nothing. They
 * would stay open for ever.
 * @param after what the rules remember when this moment is judged
 */
export function judgeLeftAlerts(
  { left = [] }: AlertState,
  after: Readonly<Record<string, RuleState>>,
  rules: readonly CompiledRule[],
  nowMs: number,
): { readonly waiting: readonly LeftAlert[]; readonly results: readonly AlertResult[] } {
  const keys = new Map(rules.map(({ id, key }) => [id, key]));
  const waiting: LeftAlert[] = [];
  const results: AlertResult[] = [];
  for (const alert of left) {
    const { ruleId, onsetMs } = alert;
    const key = keys.get(ruleId);
    if (key === undefined) results.push(clearedAlert(ruleId, alert, nowMs, 'rule_removed'));
    else if (after[ruleId]?.open?.onsetMs === onsetMs) continue;
    else if (nowMs < onsetMs + (isOf(alert, key) ? TRANSCRIPT_GRACE_MS : 0)) waiting.push(alert);
    else results.push(clearedAlert(ruleId, alert, nowMs, isOf(alert, key) ? 'over' : 'rule_changed'));
  }
  return { waiting, results };
}

/** As far as is known. */
const isOf = (alert: LeftAlert, key: string): boolean => alert.key === undefined || alert.key === key;
