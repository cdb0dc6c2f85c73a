import type { CorrectedExample } from '@rapport-live/protocol';

interface Turn {
  readonly text: string;
  readonly conversation: string;
  emotion: string;
  intent: string;
}

/** What the corrections say is nothing that a customer can want of us: no class to learn. */
const OUT_OF_SCOPE = 'out_of_scope';

/**
 * Corrections as `texts/index.csv` of a folder of own data (training/README.md): CSV (RFC 4180) with a header, one customer turn a row.
 * Of several corrections of a turn the last word counts, on its emotion and on its intent. `leftOut`: corrections that no row has. Pure.
 */
export function trainingTexts(corrections: readonly CorrectedExample[]): {
  readonly csv: string;
  readonly rows: number;
  readonly leftOut: number;
} {
  const turns = new Map<string, Turn>();
  let leftOut = 0;
  for (const { sessionId, utteranceId, party, text = '', emotion, intent } of corrections) {
    if (utteranceId === undefined || party !== 'customer' || text.trim() === '') {
      leftOut += 1;
      continue;
    }
    const name = `${sessionId}/${utteranceId}`;
    const turn = turns.get(name) ?? { text, conversation: sessionId, emotion: '', intent: '' };
    turns.set(name, turn);
    if (emotion !== undefined) turn.emotion = emotion;
    if (intent !== undefined) turn.intent = intent === OUT_OF_SCOPE ? '' : intent;
  }
  const labelled = [...turns.values()].filter(({ emotion, intent }) => emotion !== '' || intent !== '');
  const rows = labelled.map(({ text, conversation, emotion, intent }) => [text, conversation, emotion, intent]);
  return {
    csv: [['text', 'conversation', 'emotion', 'intent'], ...rows]
      .map((row) => `${row.map(cell).join(',')}\r\n`)
      .join(''),
    rows: labelled.length,
    leftOut: leftOut + turns.size - labelled.length,
  };
}

const cell = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
