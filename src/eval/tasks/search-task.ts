import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferencePool } from '../../inference/inference-pool';
import type { FoundMoment, HistoryStore } from '../../monitor/history/history-store';
import type { HistoryFact } from '../../monitor/history/ingest/history-fact';
import { UtteranceEmbedder } from '../../monitor/history/ingest/utterance-embedder';
import { openHistory } from '../../monitor/history/open-history';
import { MomentSearch } from '../../monitor/history/search/moment-search';
import { wordsOf } from '../../monitor/history/search/words';
import { readMoments, type WrittenLine, type WrittenQuery } from '../corpora/written-moments';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { type Figure, figure, keep, plain } from '../report/figures';
import { Served } from '../served';

const TENANT = { tenant: 'eval' };
const HITS = 5;
const LINE_MS = 4000;

interface Asked {
  readonly query: WrittenQuery;
  readonly byMeaning: boolean;
  readonly byWords: boolean;
}

/** Moment search as the service does it, and keyword search by the same index, over conversations and queries of our own. */
export async function evaluateSearch({ modelsDir, outDir, workers, historyUrl }: EvalOptions): Promise<void> {
  const isServer = historyUrl !== '';
  const [name, command] = isServer
    ? ['search-postgres', 'npm run eval -- search --history-url URL']
    : ['search', 'npm run eval -- search'];
  const served = await Served.open(modelsDir, workers);
  const folder = mkdtempSync(join(tmpdir(), 'rapport-search-'));
  const bounds = { keepMs: 0, maxBytes: 0 };
  const kept = isServer
    ? ({ kind: 'postgres', url: historyUrl, ...bounds } as const)
    : ({ kind: 'file', ...bounds } as const);
  const store = (await openHistory(kept, folder))!;
  try {
    const { conversations, queries } = readMoments();
    await store.keep(conversations.flatMap(factsOf), { logId: 'eval', offset: 0 });
    const pool: Pick<InferencePool, 'submit'> = {
      submit: async (kind, input) => ({ output: await served.run(kind, input), waitMs: 0, modelMs: 0 }),
    };
    await embedAll(store, pool);
    const asked: Asked[] = [];
    for (const query of queries) asked.push(await ask(store, pool, query));
    const figures = figuresOf(conversations, asked);
    for (const { id, value, low, high } of figures) console.log(`${id}: ${value} (${low} to ${high})`);
    keep(outDir, name, figures, command);
    await store.erase(
      TENANT.tenant,
      conversations.map((_, conversation) => sessionOf(conversation)),
    );
  } finally {
    await store.close();
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function embedAll(store: HistoryStore, pool: Pick<InferencePool, 'submit'>): Promise<void> {
  let fault: unknown;
  const embedder = new UtteranceEmbedder({
    store,
    pool,
    onTrouble: (e) => (fault = e),
    sleep: async () => void embedder.close(),
  });
  embedder.wake();
  await embedder.settled();
  if (fault !== undefined) throw fault;
}

async function ask(store: HistoryStore, pool: Pick<InferencePool, 'submit'>, query: WrittenQuery): Promise<Asked> {
  const isIt = ({ sessionId, utteranceId }: FoundMoment): boolean =>
    sessionId === sessionOf(query.conversation) && utteranceId === `line-${query.line}`;
  const found = await new MomentSearch(store, pool).byText(query.query, TENANT);
  const matching = await store.matchingUtterances(wordsOf(query.query), TENANT, HITS);
  return { query, byMeaning: found.slice(0, HITS).some(isIt), byWords: matching.some(isIt) };
}

function figuresOf(conversations: readonly WrittenLine[][], asked: readonly Asked[]): Figure[] {
  const share = (is: (one: Asked) => boolean) => (all: readonly Asked[]) => all.filter(is).length / all.length;
  const [meaning, words] = [share((one) => one.byMeaning), share((one) => one.byWords)];
  // queries of one conversation are alike
  const group = ({ query }: Asked): number => query.conversation;
  const lines = conversations.reduce((sum, { length }) => sum + length, 0);
  return [
    figure(`recall@${HITS} of moment search, n=${asked.length}`, bootstrap(asked, meaning, group), 'share'),
    figure(`recall@${HITS} of keyword search, n=${asked.length}`, bootstrap(asked, words, group), 'share'),
    figure(
      'difference',
      bootstrap(asked, (all) => 100 * (meaning(all) - words(all)), group),
      'points',
      { atLeast: 10 },
    ),
    plain('conversations', conversations.length, 'count'),
    plain('utterances', lines, 'count'),
  ];
}

const sessionOf = (conversation: number): string => `0198c0de-7a31-7c44-9d1e-${String(conversation).padStart(12, '0')}`;

function factsOf(lines: readonly WrittenLine[], conversation: number): HistoryFact[] {
  const at = { ...TENANT, sessionId: sessionOf(conversation) };
  return [
    { kind: 'session', ...at, startedMs: conversation },
    ...lines.map(({ party, text }, line): HistoryFact => ({
      ...{ kind: 'utterance', ...at, eventId: `${conversation}/${line}`, utteranceId: `line-${line}`, party, text },
      ...{ startMs: line * LINE_MS, endMs: (line + 1) * LINE_MS },
    })),
  ];
}
