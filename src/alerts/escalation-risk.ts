import type { Sample } from './alert-state';
import type { Moment } from './moment';
import { fittedChange, meanOf } from './trend-line';

/** Name of the series: probability of anger and of disgust together. */
export const NEGATIVE = 'negative';
/** The risk looks back so far, ms ... */
export const RISK_SPAN_MS = 30_000;
/** ... and says nothing with fewer trusted windows than this in it. */
const MIN_WINDOWS = 5;
const INTERRUPTIONS_SPAN_MS = 60_000;

/** Intents with which a customer turns to somebody else, or away. */
const ESCALATING_INTENTS: ReadonlySet<string> = new Set([
  'complaint',
  'contact_human_agent',
  'cancel_order',
  'delete_account',
]);

/** Weights of the parts; they sum to 1. Set by hand, fitted to nothing: docs/alerts.md says so. */
const WEIGHTS = { level: 0.5, rise: 0.2, intent: 0.2, interruptions: 0.1 } as const;

/**
 * How much speaks for a conversation that gets out of hand, in [0, 1]: a sum of four parts that anybody can check, each in
 * [0, 1]. Undefined while too little of the last half minute could be trusted.
 */
export function escalationRisk({ nowMs, series, intents = [], interruptions, quantities }: Moment): number | undefined {
  if (quantities === undefined) return undefined;
  const samples: readonly Sample[] = (series[NEGATIVE] ?? []).filter(([atMs]) => atMs > nowMs - RISK_SPAN_MS);
  if (samples.length < MIN_WINDOWS) return undefined;
  const recent = [...interruptions.customer.atMs, ...interruptions.agent.atMs];
  const parts = {
    level: meanOf(samples),
    // a rise by half within the span is all of it
    rise: fittedChange(samples, RISK_SPAN_MS) / 0.5,
    intent: Math.max(0, ...intents.filter(({ name }) => ESCALATING_INTENTS.has(name)).map(({ score }) => score)),
    interruptions: recent.filter((atMs) => atMs > nowMs - INTERRUPTIONS_SPAN_MS).length / 4,
  };
  const part = (name: keyof typeof WEIGHTS): number => WEIGHTS[name] * Math.min(1, Math.max(0, parts[name]));
  return part('level') + part('rise') + part('intent') + part('interruptions');
}
