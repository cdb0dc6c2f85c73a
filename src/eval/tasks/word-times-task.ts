import { readSaidWords, type SaidWord } from '../corpora/said-words';
import type { EvalOptions } from '../main';
import { quantile } from '../metrics/quantile';
import { spokenWords } from '../metrics/spoken-words';
import { type BoundaryErrors, boundaryErrors, type TimedWord } from '../metrics/word-boundaries';
import { type Figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { mapSome, Served } from '../served';
import { heardUtterances, type HeardUtterance } from '../signal/heard-words';
import { amplitude, clip, RATE_HZ } from '../signal/pcm';
import { draw, random } from '../signal/random';
import { pinkNoise } from '../sounds/coloured-noise';

/** Words said one after the other, as commands and numbers are. */
const WORDS_A_ROW = 7;
const ROWS = 80;
const SMOKE_ROWS = 3;
/** Between two words, ms: from a quick pace to one that voice activity may cut at. */
const GAP_MS = { least: 60, most: 700 } as const;
const AROUND_MS = 800;
const ROOM_TONE_DB = -60;

interface Row {
  readonly pcm: Int16Array<ArrayBuffer>;
  readonly placed: readonly TimedWord[];
}

/** SYNTHETIC voices: words put together at known times, and where the transcript says that each of them is. */
export async function evaluateWordTimes(options: EvalOptions): Promise<void> {
  const { preparedDir, modelsDir, outDir, workers, smoke } = options;
  const rows = rowsOf(readSaidWords(preparedDir), smoke ? SMOKE_ROWS : ROWS);
  const served = await Served.open(modelsDir, workers);
  try {
    const errors = await mapSome(
      rows,
      workers,
      async ({ pcm, placed }) => boundaryErrors(placed, timedWords(await heardUtterances(served, pcm, 'en'))),
      progressOf('word times', rows.length),
    );
    const placed = rows.reduce((sum, row) => sum + row.placed.length, 0);
    keep(outDir, 'word-times', figuresOf(errors.flat(), placed), 'npm run eval -- word-times');
  } finally {
    await served.close();
  }
}

function figuresOf(errors: readonly BoundaryErrors[], placed: number): Figure[] {
  const ends = ['start', 'end'] as const;
  return [
    ...ends.flatMap((end) => {
      const all = errors.map((error) => error[`${end}Ms`]);
      const away = all.map(Math.abs);
      return [
        plain(`${end} of a word: median distance`, quantile(away, 0.5), 'ms'),
        plain(`${end} of a word: 90 % are within`, quantile(away, 0.9), 'ms'),
        plain(`${end} of a word: median, later is positive`, quantile(all, 0.5), 'ms'),
        plain(`${end} of a word: within 200 ms`, away.filter((ms) => ms <= 200).length / away.length, 'share'),
        plain(`${end} of a word: words`, errors.length, 'count'),
      ];
    }),
    plain('words heard as themselves: share', errors.length / placed, 'share'),
  ];
}

function timedWords(heard: readonly HeardUtterance[]): TimedWord[] {
  return heard.flatMap(({ text, words }) =>
    words.flatMap(({ start, end, startMs, endMs }) => {
      const own = spokenWords(text.slice(start, end));
      // "23" is said as two words, whose border is not known
      return own.length === 1 ? [{ word: own[0]!, startMs, endMs }] : [];
    }),
  );
}

/** Rows of one voice each, the voices in turn, over a faint room tone. */
function rowsOf(said: readonly SaidWord[], count: number): Row[] {
  const voices = [...new Set(said.map(({ voice }) => voice))].sort();
  return Array.from({ length: count }, (_, i) => {
    const next = random(i + 1);
    const own = said.filter(({ voice }) => voice === voices[i % voices.length]);
    return rowOf(
      draw(WORDS_A_ROW, own.length, next).map((at) => own[at]!),
      next,
      i,
    );
  });
}

function rowOf(words: readonly SaidWord[], next: () => number, seed: number): Row {
  let at = (AROUND_MS * RATE_HZ) / 1000;
  const starts = words.map(({ pcm }) => {
    const start = at;
    const gapMs = GAP_MS.least + next() * (GAP_MS.most - GAP_MS.least);
    at += pcm.length + Math.round((gapMs * RATE_HZ) / 1000);
    return start;
  });
  const tone = pinkNoise(at + (AROUND_MS * RATE_HZ) / 1000, seed + 1);
  const level = amplitude(ROOM_TONE_DB) * 0x8000;
  const pcm = Int16Array.from(tone, (value) => clip(value * level));
  words.forEach((word, i) =>
    word.pcm.forEach((value, k) => {
      pcm[starts[i]! + k] = clip(pcm[starts[i]! + k]! + value);
    }),
  );
  const ms = (samples: number): number => (samples * 1000) / RATE_HZ;
  const placed = words.map(({ word, pcm: { length } }, i) => ({
    ...{ word, startMs: ms(starts[i]!), endMs: ms(starts[i]! + length) },
  }));
  return { pcm, placed };
}
