import { type AlertCondition, AlertRule, EMOTIONS, type EmotionDistribution } from '@rapport-live/protocol';
import type { AlertEvent, AlertText, AssessedPart, TalkNow } from '../alert-event';
import type { AlertResult } from '../alert-results';
import { type AlertState, NO_ALERTS } from '../alert-state';
import { type CompiledRule, compileRule } from '../compiled-rule';
import { foldAlerts } from '../fold-alerts';

/** Both parties are heard, nobody is silent. */
export const TALK: TalkNow = { onHold: false, heardMs: 0, silentForMs: 0 };

export const ruleOf = (when: AlertCondition, more: Partial<AlertRule> = {}): CompiledRule =>
  compileRule(AlertRule.parse({ id: 'rule', name: 'A rule', clearAfterMs: 0, cooldownMs: 0, when, ...more }));

/** `anger`: its probability; the rest is neutral. */
export function assessed(anger: number, more: Partial<AssessedPart> = {}): AssessedPart {
  const emotion = Object.fromEntries(EMOTIONS.map((label) => [label, 0])) as EmotionDistribution;
  return {
    emotion: { ...emotion, anger, neutral: 1 - anger },
    ...{ valence: -0.5 * anger, arousal: 0.5 * anger, intents: [], degraded: [], ...more },
  };
}

/** One tick a second from 1 s on. */
export const seconds = (
  count: number,
  at: (second: number) => { assessed?: AssessedPart; talk?: Partial<TalkNow> },
): AlertEvent[] =>
  Array.from({ length: count }, (_, i) => {
    const told = at(i + 1);
    return { kind: 'tick', nowMs: (i + 1) * 1000, ...told, talk: { ...TALK, heardMs: (i + 1) * 1000, ...told.talk } };
  });

export const words = (party: AlertText['party'], startMs: number, text: string): AlertEvent => ({
  ...{ kind: 'text', utteranceId: `${party}-${startMs}`, party, startMs, endMs: startMs + 1000, text },
});

/** The words stand between the ticks. */
export const inOrder = (events: readonly AlertEvent[]): AlertEvent[] =>
  [...events].sort((a, b) => timeOf(a) - timeOf(b));
const timeOf = (event: AlertEvent): number =>
  event.kind === 'tick' ? event.nowMs : event.kind === 'text' ? event.endMs - 1 : Infinity;

export function told(
  events: readonly AlertEvent[],
  rules: readonly CompiledRule[] | ((event: AlertEvent) => readonly CompiledRule[]),
  from: AlertState = NO_ALERTS,
): { results: AlertResult[]; state: AlertState } {
  const results: AlertResult[] = [];
  let state = from;
  for (const event of events) {
    const [next, some] = foldAlerts(state, event, typeof rules === 'function' ? rules(event) : rules);
    state = next;
    results.push(...some);
  }
  return { results, state };
}

/** `raised 5000`, `cleared 9000 over`: in short. */
export const inShort = (results: readonly AlertResult[]): string[] =>
  results.map(({ data: { step, windowEndMs, clearReason = '' } }) => `${step} ${windowEndMs} ${clearReason}`.trim());
