import type { IntentReport } from '@rapport-live/protocol';
import { textTable } from '../table';

/** Of an example, in the table. */
const MAX_SHOWN_CHARACTERS = 60;

/** The leave-one-out report in words. */
export function reportText(report: IntentReport): string {
  const { name, examples, toldRight, neighbours, takes, recommended, doubts } = report;
  const rows = examples.map(({ number, today, told, right, cosine, nearest, nearestCosine, text }) => [
    String(number),
    today ?? 'out of scope',
    right ? 'right' : (told ?? 'out of scope'),
    cosine.toFixed(2),
    `${nearest} ${nearestCosine.toFixed(2)}`,
    shown(text),
  ]);
  const header = ['no', 'today', 'told as', 'nearness', 'nearest other intent', 'example, as it is kept'];
  const near = neighbours.map((one) => `${one.name} ${one.cosine.toFixed(2)}`).join(', ');
  return [
    `${name}: each example left out, and told by the others alone.`,
    '',
    textTable(header, rows, [0, 3]),
    '',
    `${toldRight} of ${examples.length} examples are told right.`,
    takes.length === 0
      ? 'It takes no example of your other intents.'
      : takes.map((one) => `It takes ${one.examples.length} of ${one.of} examples of ${one.name}.`).join('\n'),
    `Nearest intents: ${near}.`,
    ...lossesToday(examples).map(([other, count]) => {
      return `${count} of ${examples.length} examples are told as ${other} today: such words would be told as ${name}.`;
    }),
    recommended ? 'Recommended.' : `Not recommended: ${doubts.map(({ message }) => message).join('\n  ')}`,
    '',
  ].join('\n');
}

/** Intents that the examples are told as now, most first. */
function lossesToday(examples: IntentReport['examples']): [string, number][] {
  const counts = new Map<string, number>();
  for (const { today } of examples) if (today !== null) counts.set(today, (counts.get(today) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** One line for a terminal: nothing in it can move the cursor. */
function shown(text: string): string {
  const line = text.replace(/\p{C}/gu, ' ');
  return line.length > MAX_SHOWN_CHARACTERS ? `${line.slice(0, MAX_SHOWN_CHARACTERS - 3)}...` : line;
}
