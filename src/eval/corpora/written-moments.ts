import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface WrittenLine {
  readonly party: 'customer' | 'agent';
  readonly text: string;
}

/** What somebody types who looks for a line; conversation and line from 0. */
export interface WrittenQuery {
  readonly query: string;
  readonly conversation: number;
  readonly line: number;
}

const FOLDER = join('test', 'fixtures', 'moment-search');

/** Conversations and queries that were written for the evaluation of moment search, before it was tuned. */
export function readMoments(folder = FOLDER): { conversations: WrittenLine[][]; queries: WrittenQuery[] } {
  const conversations = lines(folder, 'conversations.txt')
    .join('\n')
    .split(/\n\n+/)
    .map((block) => block.split('\n').filter((line) => line !== ''))
    .filter((block) => block.length > 0)
    .map((block) => block.map(lineOf));
  const queries = lines(folder, 'queries.tsv')
    .filter((line) => line !== '')
    .map((row) => {
      const [query = '', conversation, line] = row.split('\t');
      return { query, conversation: Number(conversation) - 1, line: Number(line) - 1 };
    });
  for (const { query, conversation, line } of queries) {
    if (conversations[conversation]?.[line] === undefined) throw new Error(`"${query}" is of no line`);
  }
  return { conversations, queries };
}

const lines = (folder: string, name: string): string[] =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'));

function lineOf(line: string): WrittenLine {
  const [who, text] = [line.slice(0, 3), line.slice(3)];
  if (who !== 'C: ' && who !== 'A: ') throw new Error(`"${line}" is nobody's`);
  return { party: who === 'C: ' ? 'customer' : 'agent', text };
}
