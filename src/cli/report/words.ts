import type { Party } from '@rapport-live/protocol';

/** How the report says things. */

export { clock } from '../clock';

export const percent = (share: number): string => `${Math.round(100 * share)} %`;
export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
/** `cancel_order` as `cancel order`. */
export const spaced = (name: string): string => name.replaceAll('_', ' ');
export const seconds = (ms: number): string =>
  ms < 99_500 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;

export const PARTY_NAMES: Readonly<Record<Party, string>> = {
  customer: 'Customer',
  agent: 'Agent',
  mixed: 'Both in one channel',
};

export const ABSTENTIONS: Readonly<Record<string, string>> = {
  thin_evidence: 'too little to go by',
  low_confidence: 'too unsure',
  party_unknown: 'who speaks is unknown',
};
