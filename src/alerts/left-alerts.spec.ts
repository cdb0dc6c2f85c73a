import type { AlertData } from '@rapport-live/protocol';
import { NO_ALERTS } from './alert-state';
import type { CompiledRule } from './compiled-rule';
import { withLeftAlerts } from './left-alerts';
import { assessed, inOrder, inShort, ruleOf, seconds, told, words } from './testing/told-alerts';

const ANGRY = ruleOf({ emotion: { label: 'anger', atLeast: 0.6, clearBelow: 0.4, forMs: 3000 } });
const CALM = ruleOf({ emotion: { label: 'joy', atLeast: 0.6, forMs: 3000 } });
/** Angry from 2 s to 17 s: raised at 4 s. */
const CALL = seconds(20, (second) => ({ assessed: assessed(second < 2 || second > 17 ? 0.1 : 0.9) }));
/** What a process told before it was killed, and what it had kept: the first two seconds. */
const whole = told(CALL.slice(0, 6), [ANGRY]);
const kept = told(CALL.slice(0, 2), [ANGRY]).state;
const inLog = whole.results.map(({ data }) => data);

/** What a process after it tells. */
const again = (rules: readonly CompiledRule[], events = CALL, log: readonly AlertData[] = inLog, state = kept) =>
  told(events, rules, withLeftAlerts(state, log));

// Bug: an alert that was raised between the last snapshot and a kill -9 was never cleared when its rule was removed meanwhile; and one
// over words that had been late was raised a second time.
describe('an alert that is in the log and in no state', () => {
  it('is cleared, once, when its rule is gone', () => {
    const { results, state } = again([]);
    expect(inShort(results)).toEqual(['cleared 4000 rule_removed']);
    expect(results[0]).toMatchObject({ naturalKey: ['rule', 4000, 1], data: { name: 'A rule', severity: 'warning' } });
    expect(state.left).toBeUndefined();
    // killed again: its end is in the log
    expect(again([], CALL, []).results).toEqual([]);
  });

  it('goes on as if nothing had happened when its rule finds it again', () => {
    const { results, state } = again([ANGRY]);
    const undisturbed = told(CALL, [ANGRY]);
    expect(inShort(undisturbed.results)).toEqual(['raised 4000', 'cleared 18000 over']);
    expect(results).toEqual(undisturbed.results.slice(1));
    expect(state).toEqual(undisturbed.state);
  });

  it('is told no second time when the words that were late then are there at once', () => {
    const rule = ruleOf({ said: { by: 'customer', anyOf: ['lawyer'], keepMs: 60_000 } });
    const ticks = seconds(8, () => ({}));
    const late = told([...ticks.slice(0, 5), words('customer', 500, 'my lawyer'), ...ticks.slice(5)], [rule]);
    expect(inShort(late.results)).toEqual(['raised 6000']);
    const log = late.results.map(({ data }) => data);
    const state = told(ticks.slice(0, 1), [rule]).state;
    const { results } = again([rule], [...inOrder([...ticks, words('customer', 500, 'my lawyer')]), { kind: 'end', isJudged: true }], log, state); // prettier-ignore
    expect(results.map(({ naturalKey }) => naturalKey)).toEqual([['rule', 6000, 1]]);
    expect(inShort(results)).toEqual(['cleared 8000 session_ended']);
  });

  it('is cleared when its rule is another now, or finds nothing in what comes again', () => {
    expect(inShort(again([CALM]).results)).toEqual(['cleared 4000 rule_changed']);
    const quiet = seconds(20, () => ({}));
    expect(inShort(again([ANGRY], quiet).results)).toEqual(['cleared 14000 over']);
  });

  it('ends with its session when nothing comes again', () => {
    const end = (isJudged: boolean) => [{ kind: 'end', isJudged }] as const;
    expect(inShort(again([ANGRY], [...end(true)]).results)).toEqual(['cleared 4000 session_ended']);
    expect(inShort(again([], [...end(true)]).results)).toEqual(['cleared 4000 rule_removed']);
    expect(inShort(again([], [...end(false)]).results)).toEqual(['cleared 4000 session_ended']);
  });

  it('is none that the state has open', () => {
    expect(withLeftAlerts(whole.state, inLog)).toEqual(whole.state);
    expect(withLeftAlerts(NO_ALERTS, [])).toEqual(NO_ALERTS);
  });
});
