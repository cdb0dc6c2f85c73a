import type { ConversationFigures, PartyTalk } from '@rapport-live/protocol';
import { percentOf } from '../../../words/percent';
import { PARTY_NAMES, plural, seconds } from '../words';

/** Conversation figures as names and values; what is not known is left out. Pure. */
export function figureRows(figures: ConversationFigures): readonly (readonly [string, string])[] {
  const { customer, agent, overlapMs, silenceMs, silenceShare, longestSilenceMs, holds, absentReason } = figures;
  const share = silenceShare === undefined ? '' : ` (${percentOf(silenceShare)})`;
  return [
    ...(customer === undefined ? [] : talkRows(PARTY_NAMES.customer, customer)),
    ...(agent === undefined ? [] : talkRows(PARTY_NAMES.agent, agent)),
    ...row('Both at once', overlapMs, seconds),
    ...row('Nobody speaks', silenceMs, (ms) => `${seconds(ms)}${share}`),
    ...row('Longest silence', longestSilenceMs, seconds),
    ...(holds === 'not_supported' || holds.count === 0
      ? []
      : [['On hold', `${plural(holds.count, 'time')}, ${seconds(holds.totalMs)}`] as const]),
    ...(absentReason === undefined ? [] : [['Not compared', ABSENT[absentReason]] as const]),
  ];
}

const ABSENT: Readonly<Record<NonNullable<ConversationFigures['absentReason']>, string>> = {
  no_voice: 'there is no voice',
  one_party: 'one party alone is heard',
  party_unknown: 'who speaks is unknown',
};

function talkRows(name: string, talk: PartyTalk): readonly (readonly [string, string])[] {
  const share = talk.talkShare === undefined ? '' : ` (${percentOf(talk.talkShare)})`;
  return [
    [`${name} speaks`, `${seconds(talk.talkMs)}${share}`],
    ...row(`${name} interrupts`, talk.interruptions, (count) => plural(count, 'time')),
    ...row(`${name}, words a minute`, talk.wordsPerMinute, String),
  ];
}

function row(
  name: string,
  value: number | undefined,
  say: (value: number) => string,
): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, say(value)]];
}
