import type { LiveSession } from '@rapport-live/protocol';

/** Which sessions are shown. Kept in the address, so that a wall can be bookmarked. */
export interface WallFilter {
  readonly team: string;
  readonly channel: string;
  /** `live`: not ended; `attention`: with an alert, or urgency of 30 and more. */
  readonly state: 'live' | 'attention' | 'all';
  /** In names, teams, intents, alerts and last words. */
  readonly words: string;
}

export const ATTENTION_URGENCY = 30;

export function filterOf(query: ReadonlyMap<string, string>): WallFilter {
  const state = query.get('state');
  return {
    ...{ team: query.get('team') ?? '', channel: query.get('channel') ?? '', words: query.get('words') ?? '' },
    state: state === 'attention' || state === 'all' ? state : 'live',
  };
}

/** Pure. */
export function fits(session: LiveSession, { team, channel, state, words }: WallFilter): boolean {
  if (team !== '' && session.team !== team) return false;
  if (channel !== '' && session.channel !== channel) return false;
  if (state !== 'all' && session.status === 'ended') return false;
  if (state === 'attention' && session.alerts.length === 0 && session.urgency < ATTENTION_URGENCY) return false;
  const wanted = words.trim().toLocaleLowerCase();
  return wanted === '' || textOf(session).toLocaleLowerCase().includes(wanted);
}

function textOf({ agentId, customerId, externalId, team, queue, intents, alerts, lastWords }: LiveSession): string {
  const names = [...intents, ...alerts].map(({ name }) => name.replaceAll('_', ' '));
  return [agentId, customerId, externalId, team, queue, lastWords?.text, ...names].join('\n');
}
