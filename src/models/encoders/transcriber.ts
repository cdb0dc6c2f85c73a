import type { JobInput, JobOutput, SpokenLanguage } from '../../inference/inference-pool';
import { primaryLanguage } from '../../inference/served-models';
import type { ModelFolder } from '../runtime/model-folder';
import type { SpeechParameters } from '../runtime/manifest';
import { toFloats } from './level';
import { logMel } from './log-mel';
import { withoutLoops } from './repeat-guard';
import { tellLanguage } from './spoken-language';
import { TokenScores } from './token-scores';
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
      return yield* this.decode(decoder, pcm.length / this.folder.manifest.parameters.sampleRateHz, language);
    } finally {
      decoder.close();
    }
  }

  private async *decode(
    decoder: WhisperDecoder,
    seconds: number,
    language: string | undefined,
  ): AsyncGenerator<void, JobOutput<'transcript'>> {
    const parameters = this.folder.manifest.parameters;
    const limit = Math.floor(seconds * parameters.maxTokensPerSecond + parameters.maxTokensExtra);
    const ids: number[] = [];
    const probabilities: number[] = [];
    const { spoken, prompt } = await this.begin(decoder, language);
    let tokens = prompt;
    let ended = false;
    while (ids.length < limit) {
      const { id, probability } = this.scores.best(await decoder.next(tokens), ids.length === 0);
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
    const meanProbability = kept.reduce((sum, i) => sum + (probabilities[i] as number), 0) / Math.max(1, kept.length);
    const text = this.tokenizer.decode(kept.map((i) => ids[i] as number)).trim();
    if (!believable(text, meanProbability, parameters)) return { ...NOTHING, meanProbability, spoken };
    // A loop that ran into the limit has lost nothing but copies.
    return { text, meanProbability, truncated: !ended && kept.at(-1) === ids.length - 1, spoken };
  }

  /**
   * What to feed before the words. Of a language that is not known the model is asked first: what it expects after the
   * start of a transcript is the language (Radford et al., 2022, section 2.3). One token more, and no other pass over
   * the sound.
   */
  private async begin(
    decoder: WhisperDecoder,
    language: string | undefined,
  ): Promise<{ spoken?: SpokenLanguage; prompt: readonly number[] }> {
    const { startOfTranscriptId, transcribeId, noTimestampsId, languageTokenIds } = this.folder.manifest.parameters;
    const start = [startOfTranscriptId];
    // a model of one language names neither it nor the task
    const task = [transcribeId, noTimestampsId].filter((id) => id !== undefined);
    const known = Object.keys(languageTokenIds);
    const stated = languageTokenIds[language === undefined ? '' : primaryLanguage(language)];
    if (stated !== undefined) return { prompt: [...start, stated, ...task] };
    if (known.length < 2) return { prompt: [...start, ...Object.values(languageTokenIds), ...task] };
    const spoken = tellLanguage(await decoder.next(start), languageTokenIds);
    return { spoken, prompt: [languageTokenIds[spoken.language] as number, ...task] };
  }
}

/** 100 ms: nothing shorter holds a word. */
const MIN_SAMPLES = 1_600;
const NOTHING = { text: '', meanProbability: 0, truncated: false };

/** Whisper turns near-silence into words, and is unsure of them: by the probability they are told from speech. */
function believable(text: string, meanProbability: number, parameters: SpeechParameters): boolean {
  const plain = text
    .toLowerCase()
    .replace(/[^\p{L}\s]/gu, '')
    .trim();
  const known = parameters.knownInventions.includes(plain);
  return meanProbability >= (known ? parameters.minKnownInventionProbability : parameters.minMeanProbability);
}

/**
 * Samples with the zeros behind them. Short contexts loop (measured: 21 of 30 short clips with one second of zeros, 1
 * of 30 at 15 s, none at 20 s), and the tail of zeros is what ends a text, so it is at least 2 s.
 */
export function contextSamples(samples: number, parameters: SpeechParameters): number {
  const tailMs = 2_000;
  const needMs = (samples * 1000) / parameters.sampleRateHz + tailMs;
  const contextMs = [parameters.transcriptMinMs, 20_000, parameters.maxAudioMs].find((ms) => ms >= needMs);
  const total = ((contextMs ?? parameters.maxAudioMs) * parameters.sampleRateHz) / 1000;
  if (samples > total) throw new RangeError(`${samples} samples are over ${parameters.maxAudioMs} ms`);
  return total;
}
