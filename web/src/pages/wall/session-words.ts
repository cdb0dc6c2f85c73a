import type { LiveAlert, LiveSession } from '@rapport-live/protocol';
import { ATTENTION_URGENCY } from './wall-filter';
import { shortId, spaced } from '../../words/names';

type Named = Pick<LiveSession, 'sessionId' | 'agentId' | 'customerId' | 'externalId'>;

/** What a conversation is called on the wall: who handles it, else what it is called elsewhere, else the end of its id. */
export function nameOf({ sessionId, agentId, externalId, customerId }: Named): string {
  return agentId ?? externalId ?? customerId ?? `Conversation ${shortId(sessionId)}`;
}

export const REASON_WORDS: Readonly<Record<LiveSession['reasons'][number], string>> = {
  ...{ alert: 'an alert', emotion: 'unpleasant emotion', trend: 'getting worse', silence: 'silence' },
};

export const SEVERITY_WORDS: Readonly<Record<LiveAlert['severity'], string>> = {
  ...{ critical: 'Critical', warning: 'Warning', info: 'Info' },
};

export const PARTY_WORDS = { customer: 'Customer', agent: 'Agent', mixed: 'Somebody' } as const;
export const CHANNEL_WORDS = { voice: 'Voice', chat: 'Chat', video: 'Video' } as const;
export const STATUS_WORDS = { live: 'Live', paused: 'Paused', ended: 'Ended' } as const;

const DEGRADED_WORDS: Readonly<Record<string, string>> = {
  partials: 'no interim words',
  video_rate: 'fewer pictures',
  video: 'no video',
  hop_2s: 'every 2 s only',
  agent_transcript: 'agent not transcribed',
};

/** What is left out or missing at the moment. */
export const degradedText = (flags: readonly string[]): string =>
  flags.map((flag) => DEGRADED_WORDS[flag] ?? spaced(flag)).join(', ');

/** How much it needs somebody, with what makes it so. */
export function urgencyText({ urgency, reasons }: Pick<LiveSession, 'urgency' | 'reasons'>): string {
  const why = reasons.map((reason) => REASON_WORDS[reason]).join(', ');
  return why === '' ? `Urgency ${urgency} of 100` : `Urgency ${urgency} of 100: ${why}`;
}

/** In three steps, for what is seen at a glance. */
export const levelOf = (urgency: number): 'low' | 'some' | 'high' =>
  urgency >= 60 ? 'high' : urgency >= ATTENTION_URGENCY ? 'some' : 'low';
