import { join } from 'node:path';
import { readSaidWords, type SaidWord } from '../corpora/said-words';
import type { EvalOptions } from '../main';
import { bootstrap } from '../metrics/bootstrap';
import { spokenWords } from '../metrics/spoken-words';
import { type Figure, figure, keep, plain } from '../report/figures';
import { progressOf } from '../report/progress';
import { mapSome, Served } from '../served';
import { type HeardUtterance, heardUtterances } from '../signal/heard-words';
import { clip, joinedPcm, loudness, RATE_HZ, rms } from '../signal/pcm';
import { random } from '../signal/random';
import { holdMusic } from '../sounds/hold-music';
import { noise, silence } from '../sounds/no-speech';

const COMMAND = 'npm run eval -- silence';
const SECONDS = 600;
const SMOKE_SECONDS = 6;
/** Words that stand alone most often, and that nothing around them helps to guess. */
const ASKED = ['yes', 'no', 'okay'] as const;
const LEAST_OF_EACH = 100;
const SMOKE_OF_EACH = 3;
const SIGNAL_TO_NOISE_DB = 10;
/** Noise before and after each word: long enough that an utterance ends before the next begins. */
const AROUND_MS = 1000;
/** Segments of one recording: about a minute and a half, in which voice activity has heard noise for long. */
const SEGMENTS_A_RECORDING = 34;
const LANGUAGE = 'en';

/** Words invented where nobody speaks, and single words heard over the same noise: one set of thresholds, both errors. */
export async function evaluateSilence(options: EvalOptions): Promise<void> {
  const { dataDir, preparedDir, modelsDir, outDir, workers, smoke } = options;
  const said = askedOf(readSaidWords(preparedDir), smoke);
  const seconds = smoke ? SMOKE_SECONDS : SECONDS;
  const noises = await noise(seconds, join(dataDir, 'clips', 'noise'));
  const served = await Served.open(modelsDir, workers);
  try {
    const sounds = [
      { name: 'silence', sound: silence(seconds) },
      { name: 'noise', sound: noises },
      { name: 'hold music', sound: await holdMusic(seconds) },
    ];
    const tell = progressOf('silence, inventions', sounds.length);
    const figures = await mapSome(sounds, workers, ({ name, sound }) => inventionsIn(served, name, sound), tell);
    keep(outDir, 'silence-inventions', figures, COMMAND);
    keep(outDir, 'silence-recall', await recallOver(served, noises, said, workers), COMMAND);
  } finally {
    await served.close();
  }
}

async function inventionsIn(served: Served, name: string, sound: Int16Array): Promise<Figure> {
  const heard = await heardUtterances(served, sound, LANGUAGE);
  for (const { text, startMs } of heard) console.log(`invented over ${name} at ${startMs} ms: ${text}`);
  const words = heard.reduce((sum, { text }) => sum + spokenWords(text).length, 0);
  const minutes = (sound.length / RATE_HZ / 60).toFixed(1);
  return plain(`${name}, ${minutes} minutes: words invented`, words, 'count', { atMost: 0 });
}

interface Asked extends SaidWord {
  /** Whether it stands among the words of the utterances that overlap it. */
  readonly recalled: boolean;
}

async function recallOver(
  served: Served,
  noises: Int16Array,
  said: readonly SaidWord[],
  workers: number,
): Promise<Figure[]> {
  const recordings = Array.from({ length: Math.ceil(said.length / SEGMENTS_A_RECORDING) }, (_, i) => ({
    words: said.slice(i * SEGMENTS_A_RECORDING, (i + 1) * SEGMENTS_A_RECORDING),
    seed: i + 1,
  }));
  const tell = progressOf('silence, recall', recordings.length);
  const asked = (
    await mapSome(
      recordings,
      workers,
      async ({ words, seed }) => {
        const { pcm, places } = overNoise(words, noises, seed);
        return judged(words, places, await heardUtterances(served, pcm, LANGUAGE));
      },
      tell,
    )
  ).flat();
  const recall = (some: readonly Asked[]): number => some.filter(({ recalled }) => recalled).length / some.length;
  return ASKED.flatMap((word) => {
    const own = asked.filter((one) => one.word === word);
    const voices = [...new Set(own.map(({ voice }) => voice))].sort();
    const name = `"${word}" at ${SIGNAL_TO_NOISE_DB} dB over the noise`;
    return [
      figure(`${name}: recall`, bootstrap(own, recall), 'share', { atLeast: 0.95 }),
      ...voices.map((voice) => plain(`${name}: ${voice}`, recall(own.filter((one) => one.voice === voice)), 'share')),
      plain(`${name}: n`, own.length, 'count'),
    ];
  });
}

interface Place {
  readonly startMs: number;
  readonly endMs: number;
}

/** Each word in a piece of the noise of its own, so many dB above it, one after the other. */
function overNoise(words: readonly SaidWord[], noises: Int16Array, seed: number): { pcm: Int16Array; places: Place[] } {
  const next = random(seed);
  const around = (AROUND_MS * RATE_HZ) / 1000;
  const places: Place[] = [];
  let at = 0;
  const parts = words.map(({ pcm }) => {
    const length = pcm.length + 2 * around;
    const from = Math.floor(next() * Math.max(1, noises.length - length));
    const piece = noises.subarray(from, from + length);
    const gain = (loudness(pcm) * 10 ** (-SIGNAL_TO_NOISE_DB / 20)) / Math.max(1, rms(piece));
    places.push({ startMs: ((at + around) * 1000) / RATE_HZ, endMs: ((at + around + pcm.length) * 1000) / RATE_HZ });
    at += length;
    return Int16Array.from({ length }, (_, i) => clip((piece[i] ?? 0) * gain + (pcm[i - around] ?? 0)));
  });
  return { pcm: joinedPcm(parts), places };
}

function judged(words: readonly SaidWord[], places: readonly Place[], heard: readonly HeardUtterance[]): Asked[] {
  return words.map((one, i) => {
    const { startMs, endMs } = places[i]!;
    const over = heard.filter((utterance) => utterance.startMs < endMs && utterance.endMs > startMs);
    const recalled = over.some(({ text }) => spokenWords(text).includes(one.word));
    if (!recalled) console.log(`${one.word} by ${one.voice} heard as: ${over.map(({ text }) => text).join(' ')}`);
    return { ...one, recalled };
  });
}

/** Throws where a word is said too seldom to tell a recall of 0.95. */
function askedOf(said: readonly SaidWord[], smoke: boolean): SaidWord[] {
  return ASKED.flatMap((word) => {
    const own = said.filter((one) => one.word === word);
    if (own.length < LEAST_OF_EACH)
      throw new Error(`"${word}" is said ${own.length} times, at least ${LEAST_OF_EACH} are needed`);
    return smoke ? own.slice(0, SMOKE_OF_EACH) : own;
  });
}
