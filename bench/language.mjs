// `node bench/language.mjs --data DIR`: how often the language is told rightly, from speech and from chat.
// DIR has the folders nemo (Polish, acted), urdu (Urdu, television), ravdess (English, acted) with a tar of Ogg/Opus and an
// index.csv each, and text with multidogo_turn.csv.gz (English chat, typed by people who play customers). Each session is
// one speaker: clips in a random order (of a fixed seed), cut by the service's own voice activity, given to the service's own
// stage until the language is told or given up. Nothing in it depends on time. `--sessions N`: of each speaker, default 5.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Subject } from 'rxjs';
import { keep } from './figures.mjs';
import { random, rate } from './rate.mjs';
import { prepare } from '../scripts/setup.mjs';

prepare();
const { clipsBySpeaker, csv, decodeOgg } = await import('./corpora.mjs');
const { WorkerPool } = await import('../dist/models/runtime/worker-pool.js');
const { encodeFacts } = await import('../dist/models/encode/encode-facts.js');
const { LanguageWatch } = await import('../dist/models/encode/language-watch.js');
const { loadWrittenLanguages, readLanguage } = await import('../dist/models/encode/written-language.js');
const { Redactor } = await import('../dist/redaction/redaction.js');
const { streamOptions } = await import('../dist/streams/stream-options.js');
const { UtteranceCutter } = await import('../dist/streams/utterance-cutter.js');
const { VoiceActivity } = await import('../dist/streams/voice-activity.js');

const { values } = parseArgs({ options: { data: { type: 'string' }, sessions: { type: 'string', default: '5' } } });
if (values.data === undefined) throw new Error('--data DIR is missing');
const SESSIONS = Number(values.sessions);
/** As many as the service tries. */
const MAX_CLIPS = 8;
const FRAME = 512;
const CORPORA = [
  ['ravdess', 'actor', 'en', 'English, acted, two sentences (RAVDESS)'],
  ['nemo', 'speaker', 'pl', 'Polish, acted (nEMO)'],
  ['urdu', 'speaker', 'ur', 'Urdu, television talk (URDU)'],
];

const pool = await WorkerPool.start({ modelsDir: 'models', workers: 1 });
await loadWrittenLanguages();
const options = streamOptions();

/** Utterances as the service would cut them. */
async function utterances(pcm, party, fromMs) {
  const frames = Math.floor(pcm.length / FRAME);
  const samples = Float32Array.from(pcm.subarray(0, frames * FRAME), (value) => value / 32768);
  const state = { recurrent: new Float32Array(256), context: new Float32Array(64) };
  const { output } = await pool.submit(
    'voice-activity',
    { samples, state },
    { sessionId: 'b', jobClass: 'voice-activity' },
  );
  const activity = new VoiceActivity(options);
  const cutter = new UtteranceCutter(options);
  const cuts = [...output.probabilities].map((p, i) => cutter.next(i * FRAME, (i + 1) * FRAME, p, activity.next(p)));
  return [...cuts, cutter.close(frames * FRAME)]
    .filter((cut) => cut !== undefined)
    .map(({ start, end, speech }) => ({
      kind: 'utterance',
      utteranceId: `${fromMs + start / 16}`,
      streamName: 'voice',
      party,
      startMs: fromMs + start / 16,
      endMs: fromMs + end / 16,
      speechMs: speech / 16,
      pcm: pcm.slice(start, end),
    }));
}

/** What a session of these clips is told to be in, undefined when it never is, and after how many seconds of speech. */
async function tell(clips) {
  const facts = new Subject();
  let settled = () => {};
  let told;
  const redactor = new Redactor();
  facts
    .pipe(encodeFacts({ pool, redactor, sessionId: 'b', nowMs: () => performance.now(), settle: () => settled() }))
    .subscribe((fact) => (told ??= fact.kind === 'language' ? fact.language : undefined));
  let speechMs = 0;
  let atMs = 0;
  for (const [, bytes] of clips) {
    const pcm = await decodeOgg(bytes);
    for (const utterance of await utterances(pcm, 'customer', atMs)) {
      speechMs += utterance.speechMs;
      await new Promise((resolve) => {
        settled = resolve;
        facts.next(utterance);
      });
      if (told !== undefined) return { told, speechMs };
    }
    atMs += pcm.length / 16 + 1000;
  }
  return { told, speechMs };
}

const figures = [];
const next = random(20261123);
const shuffled = (list) =>
  list
    .map((item) => [next(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

for (const [folder, column, language, title] of CORPORA) {
  const speakers = [];
  for (const [speaker, clips] of [...clipsBySpeaker(values.data, folder, column)].sort()) {
    const sessions = [];
    for (let i = 0; i < SESSIONS; i++) sessions.push(await tell(shuffled(clips).slice(0, MAX_CLIPS)));
    speakers.push({ speaker, sessions });
    console.error(`${folder} ${speaker}: ${sessions.map(({ told }) => told ?? '-').join(' ')}`);
  }
  const share = (what, test) =>
    figures.push(
      rate(`${title}: sessions of ${speakers.length} speakers ${what}`, speakers, ({ sessions }) => [
        sessions.filter(test).length,
        sessions.length,
      ]),
    );
  share('told rightly', ({ told }) => told === language);
  if (language === 'ur') share('told to be Hindi', ({ told }) => told === 'hi');
  share('told wrongly', ({ told }) => told !== language && told !== undefined && told !== 'und');
  share('told wrongly to be English', ({ told }) => told === 'en' && language !== 'en');
  share('not told', ({ told }) => told === undefined || told === 'und');
  const last = speakers
    .map(({ speaker, sessions }) => [
      speaker,
      sessions.filter(({ told }) => told === language).length / sessions.length,
    ])
    .sort(([, a], [, b]) => a - b)[0];
  const seconds = speakers
    .flatMap(({ sessions }) => sessions.map(({ speechMs }) => speechMs / 1000))
    .sort((a, b) => a - b);
  const at = (part) => Number(seconds[Math.floor((seconds.length - 1) * part)].toPrecision(3));
  const row = { target: null, met: null };
  figures.push({
    id: `${title}: rightly, speaker with the fewest`,
    value: last[1],
    low: last[1],
    high: last[1],
    unit: 'share',
    ...row,
  });
  figures.push({
    id: `${title}: speech until told or given up`,
    value: at(0.5),
    low: at(0.05),
    high: at(0.95),
    unit: 's, 5 to 95 %',
    ...row,
  });
}
await pool.close();

// chat
const messages = Object.entries(JSON.parse(readFileSync('test/language/messages.json', 'utf8')));
figures.push(
  rate('chat, one message, 12 languages, self-written: read rightly', messages, ([language, texts]) => [
    texts.filter((text) => readLanguage(text)?.language === language).length,
    texts.length,
  ]),
);
const turns = new Map();
for (const { conversation_id: id, split, turn, text } of csv(
  gunzipSync(readFileSync(join(values.data, 'text', 'multidogo_turn.csv.gz'))).toString(),
)) {
  if (split === 'test') turns.set(id, [...(turns.get(id) ?? []), { turn: Number(turn), text }]);
}
const chats = [...turns.values()].map((list) => {
  const watch = new LanguageWatch(undefined, readLanguage);
  for (const { turn, text } of list.sort((a, b) => a.turn - b.turn)) watch.readChat(text, turn);
  return watch.language;
});
const chat = (what, test) =>
  figures.push(rate(`English chat (MultiDoGO test): conversations ${what}`, chats, (told) => [test(told) ? 1 : 0, 1]));
chat('told rightly', (told) => told === 'en');
chat('told wrongly', (told) => told !== undefined && told !== 'und' && told !== 'en');
chat('not told', (told) => told === undefined || told === 'und');

keep('language', figures, `node bench/language.mjs --data DIR --sessions ${SESSIONS}`);
process.exit(0);
