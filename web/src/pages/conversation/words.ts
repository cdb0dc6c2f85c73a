import type { Party } from '@rapport-live/protocol';

/** How the pages say things. */

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
export const seconds = (ms: number): string =>
  ms < 99_500 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
/** With its sign, and a true minus. */
export const signed = (value: number): string => `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toFixed(2)}`;

export const PARTY_NAMES: Readonly<Record<Party, string>> = {
  customer: 'Customer',
  agent: 'Agent',
  mixed: 'Both in one channel',
};

/** Why there is no emotion to act on. */
export const REASONS: Readonly<Record<string, string>> = {
  thin_evidence: 'too little to go by',
  low_confidence: 'too unsure',
  party_unknown: 'who speaks is unknown',
  deadline: 'too late to count',
  queue_full: 'the service was too busy',
  inference_failed: 'a model failed',
  input_gap: 'media is missing',
  shed: 'left out under load',
  job_quarantined: 'a model failed on it again and again',
};

export const CLEAR_REASONS: Readonly<Record<string, string>> = {
  over: 'over',
  rule_changed: 'its rule was changed',
  rule_removed: 'its rule was removed',
  session_ended: 'the conversation ended',
};
