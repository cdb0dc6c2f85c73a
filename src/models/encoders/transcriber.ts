import type { JobInput, JobOutput, SpokenLanguage } from '../../inference/inference-pool';
import { primaryLanguage } from '../../inference/served-models';
import type { ModelFolder } from '../runtime/model-folder';
import type { SpeechParameters } from '../runtime/manifest';
import { toFloats } from './level';
import { logMel } from './log-mel';
import { withoutLoops } from './repeat-guard';
import { tellLanguage } from './spoken-language';
import { timedWords } from './timed-words';
import { probabilityOf, TokenScores } from './token-scores';
import { wordsOfTokens } from './token-words';
import type { Tokenizer } from './tokenizer';
import type { WhisperDecoder, WhisperGraphs } from './whisper-graphs';

/** Tokens decoded before the worker looks at the queue again: 8 x 10 ms keeps a hop's work from waiting long. */
const TOKENS_A_STEP = 8;

/**
 * What a fast speaker says: 300 words a minute is 5 words a second; English needs 1.3 tokens a word with punctuation,
 * and utterances hold half a second of silence or more. Only the repeat guard uses it.
 */
const PLAUSIBLE_TOKENS_PER_SECOND = 5;
const PLAUSIBLE_TOKENS_EXTRA = 4;

/** One utterance to words, greedily: the policy around Whisper's graphs. */
export class Transcriber {
  private readonly scores: TokenScores;

  constructor(
    private readonly graphs: WhisperGraphs,
    private readonly tokenizer: Tokenizer,
    private readonly folder: ModelFolder<'speech'>,
  ) {
    this.scores = new TokenScores(folder.manifest.parameters);
  }

  /** Yields between its steps: the encoder, then eight tokens at a time. Throws when the sound is over 30 s. */
  async *run({ pcm, language }: JobInput<'transcript'>): AsyncGenerator<void, JobOutput<'transcript'>> {
    const parameters = this.folder.manifest.parameters;
    if (pcm.length < MIN_SAMPLES) return NOTHING;
    const { mel, frames } = logMel(toFloats(pcm), contextSamples(pcm.length, parameters));
    const decoder = await this.graphs.openDecoder(mel, frames);
    try {
      yield;
      return yield* this.decode(decoder, pcm.length, language);
    } finally {
      decoder.close();
    }
  }

  private async *decode(
    decoder: WhisperDecoder,
    samples: number,
    language: string | undefined,
  ): AsyncGenerator<void, JobOutput<'transcript'>> {
    const parameters = this.folder.manifest.parameters;
    const seconds = samples / parameters.sampleRateHz;
    const limit = Math.floor(seconds * parameters.maxTokensPerSecond + parameters.maxTokensExtra);
    // attention behind the sound, to the zeros, says nothing of when
    const soundFrames = Math.ceil((seconds * 1000) / parameters.encoderFrameMs);
    const ids: number[] = [];
    const probabilities: number[] = [];
    const attention: Float32Array[] = [];
    const { spoken, noSpeechProbability, prompt } = await this.begin(decoder, language);
    let tokens = prompt;
    let ended = false;
    while (ids.length < limit) {
      const { logits, alignment } = await decoder.next(tokens);
      const { id, probability } = this.scores.best(logits, ids.length === 0);
      attention.push(alignment.slice(0, soundFrames));
      ended = id === parameters.endOfTextId;
      if (ended) break;
      ids.push(id);
      probabilities.push(probability);
      tokens = [id];
      if (ids.length % TOKENS_A_STEP === 0) yield;
    }

    const kept = withoutLoops(ids, {
      plausibleTokens: seconds * PLAUSIBLE_TOKENS_PER_SECOND + PLAUSIBLE_TOKENS_EXTRA,
      ranIntoLimit: !ended,
    });
    const pick = <T>(of: readonly T[]): T[] => kept.map((i) => of[i] as T);
    const meanProbability = mean(pick(probabilities));
    const { text, words } = timedWords({
      words: wordsOfTokens(pick(ids), (some) => this.tokenizer.decode(some), spoken?.language ?? language),
      probabilities: pick(probabilities),
      attention: [...pick(attention), ...attention.slice(ids.length)],
      frameMs: parameters.encoderFrameMs,
    });
    const about = { meanProbability, noSpeechProbability, spoken };
    if (!believable(text, about, parameters)) return { ...NOTHING, ...about };
    // A loop that ran into the limit has lost nothing but copies.
    return { text, words, ...about, truncated: !ended && kept.at(-1) === ids.length - 1 };
  }

  /**
   * What to feed before the words. The start of a transcript goes in by itself first: what the model expects after it says
   * whether anybody speaks, and of a language that is not known, which it is (Radford et al., 2022, sections 2.3 and
   * 4.5). One token more, and no other pass over the sound.
   */
  private async begin(
    decoder: WhisperDecoder,
    language: string | undefined,
  ): Promise<{ spoken?: SpokenLanguage; noSpeechProbability: number; prompt: readonly number[] }> {
    const { startOfTranscriptId, transcribeId, noTimestampsId, noSpeechId, languageTokenIds } =
      this.folder.manifest.parameters;
    const start = [startOfTranscriptId];
    // a model of one language names neither it nor the task
    const task = [transcribeId, noTimestampsId].filter((id) => id !== undefined);
    const known = Object.values(languageTokenIds);
    const stated = languageTokenIds[language === undefined ? '' : primaryLanguage(language)];
    const { logits } = await decoder.next(start);
    const noSpeechProbability = probabilityOf(logits, noSpeechId);
    if (stated === undefined && known.length > 1) {
      const spoken = tellLanguage(logits, languageTokenIds);
      return { spoken, noSpeechProbability, prompt: [languageTokenIds[spoken.language] as number, ...task] };
    }
    // the whole prompt at once, as the reference decoder takes it: 8 bits round otherwise in parts
    decoder.restart();
    return { noSpeechProbability, prompt: [...start, ...(stated === undefined ? known : [stated]), ...task] };
  }
}

/** 100 ms: nothing shorter holds a word. */
const MIN_SAMPLES = 1_600;
const NOTHING = { text: '', words: [], meanProbability: 0, noSpeechProbability: 0, truncated: false };

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/**
 * Whisper turns near-silence into words. They are told from speech by how sure it is of them, by its own word for nobody
 * speaking, and by what it is known to invent.
 */
function believable(
  text: string,
  { meanProbability, noSpeechProbability }: { meanProbability: number; noSpeechProbability: number },
  parameters: SpeechParameters,
): boolean {
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\s]/gu, '')
    .trim();
  const least = Math.max(
    parameters.minMeanProbability,
    noSpeechProbability > parameters.maxNoSpeechProbability ? parameters.minProbabilityAgainstNoSpeech : 0,
    parameters.knownInventions.includes(plain) ? parameters.minKnownInventionProbability : 0,
  );
  return meanProbability >= least;
}

/**
 * Samples with the zeros behind them. Short contexts loop (measured without the repeat guard: 21 of 30 short clips with one
 * second of zeros, 1 of 30 at 15 s, none at 20 s), and the tail of zeros is what ends a text, so it is at least 2 s. With the
 * guard, 10 s take two thirds of the CPU of 15 s and hear 133 short acted sentences as well (word errors 4.3 and 4.3 %), but
 * the 37 read clips of the evaluation a little worse (4.1 and 3.5 %), so 15 s it is.
 */
export function contextSamples(samples: number, parameters: SpeechParameters): number {
  const tailMs = 2_000;
  const needMs = (samples * 1000) / parameters.sampleRateHz + tailMs;
  const contextMs = parameters.transcriptContextsMs.find((ms) => ms >= needMs);
  const total = ((contextMs ?? parameters.maxAudioMs) * parameters.sampleRateHz) / 1000;
  if (samples > total) throw new RangeError(`${samples} samples are over ${parameters.maxAudioMs} ms`);
  return total;
}
