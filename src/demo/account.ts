import {
  type ConversationFigures,
  MODALITIES,
  type SessionEndedData,
  type TranscriptFinalData,
  type TypedEvent,
  type WindowAssessedData,
} from '@rapport-live/protocol';

/** Words for the eye; colours only where a terminal shows them. */
export interface Palette {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
}

export const plain: Palette = { dim: (t) => t, bold: (t) => t };
export const ansi: Palette = { dim: (t) => `\u001b[2m${t}\u001b[22m`, bold: (t) => `\u001b[1m${t}\u001b[22m` };

const BAR_CELLS = 5;
const PARTY_WIDTH = 9;

const clock = (ms: number): string =>
  `${String(Math.floor(ms / 60_000)).padStart(2)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
const percent = (share: number): string => `${String(Math.round(100 * share)).padStart(3)} %`;
/** A contribution in [-1, 1] as signed points of probability, with a bar of its size. */
function contribution(value: number): string {
  const cells = Math.min(BAR_CELLS, Math.round(Math.abs(value) * 2 * BAR_CELLS));
  const points = Math.round(100 * value);
  return `${'▮'.repeat(cells).padEnd(BAR_CELLS, '·')} ${(points > 0 ? `+${points}` : `${points}`).padStart(3)}`;
}

/** One event as a line of the live account, or null for those that say nothing to a reader. */
export function describe(event: TypedEvent, palette: Palette = plain): string | null {
  switch (event.type) {
    case 'rapport.transcript.final':
      return transcriptLine(event.data, palette);
    case 'rapport.window.assessed':
      return assessmentLine(event.data, palette);
    case 'rapport.window.degraded':
      return `${clock(event.data.lastWindowEndMs)}  window not assessed: ${event.data.reason}`;
    case 'rapport.session.ended':
      return endLine(event.data);
    default:
      return null;
  }
}

function transcriptLine(final: TranscriptFinalData, { bold }: Palette): string {
  const who = (final.source === 'chat' ? `${final.party} (chat)` : final.party).padEnd(PARTY_WIDTH);
  const intents = final.intents.slice(0, 1).map((i) => `   -> wants ${i.name} ${percent(i.score).trim()}`);
  const intent = final.outOfScope ? '' : intents.join('');
  return `${clock(final.startMs)}  ${bold(`${who} "${final.text}"`)}${intent}`;
}

function assessmentLine(window: WindowAssessedData, { dim }: Palette): string {
  const parts = MODALITIES.map((name) => {
    const modality = window.modalities[name];
    return `${name} ${modality.present ? contribution(modality.contribution) : '  -      '}`;
  });
  const feels =
    window.label === undefined
      ? 'not assessed'.padEnd(14)
      : `${window.label.padEnd(8)} ${percent(window.confidence ?? 0)}`;
  const sure = window.abstained === undefined ? '' : ` (${window.abstained.replace('_', ' ')})`;
  const intents = window.intents.slice(0, 2).map((i) => `${i.name} ${percent(i.score).trim()}`);
  const wants = intents.length === 0 ? '' : `   wants ${intents.join(', ')}`;
  const who = window.subject === 'customer' ? '' : `   (the ${window.subject})`;
  return `${clock(window.windowEndMs)}  ${dim(`${feels}   ${parts.join('  ')}${wants}${sure}${who}`)}`;
}

function endLine(end: SessionEndedData): string {
  const incomplete = end.incomplete ? ', incomplete' : '';
  const talk = end.conversation === undefined ? '' : `\n${talkLine(end.conversation)}`;
  return `${clock(end.durationMs)}  call ended (${end.reason}${incomplete}): ${end.assessments} assessments, ${end.finals} transcripts and messages${talk}`;
}

function talkLine({ customer, agent, silenceShare }: ConversationFigures): string {
  const parties = [
    ['customer', customer],
    ['agent', agent],
  ] as const;
  const each = parties.flatMap(([name, talk]) => {
    if (talk === undefined) return [];
    const share = talk.talkShare === undefined ? `${Math.round(talk.talkMs / 1000)} s` : percent(talk.talkShare).trim();
    const rate = talk.wordsPerMinute === undefined ? '' : ` at ${talk.wordsPerMinute} words a minute`;
    const interrupted = talk.interruptions === undefined ? '' : `, interruptions ${talk.interruptions}`;
    return [`${name} ${share}${rate}${interrupted}`];
  });
  const silence = silenceShare === undefined ? [] : [`silence ${percent(silenceShare).trim()} of the call`];
  return `       talk: ${[...each, ...silence].join('; ') || 'no voice of a known party'}`;
}
