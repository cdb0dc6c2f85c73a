import { RapportError } from '@rapport-live/protocol';
import type { InferencePool, JobInput, JobKind, JobOutput } from '../../../inference/inference-pool';
import { RawText, Redactor } from '../../../redaction/redaction';
import type { FoundMoment, HistoryStore, SessionFilter } from '../history-store';
import { fuseRanks } from './rank-fusion';
import { wordsOf } from './words';

/** Moments that one search ranks, and so the most that its pages have. */
export const MAX_RANKED = 200;
/** Of the words beside the meaning. */
const WORDS_WEIGHT = 0.5;
/** Of the sound of a recording beside its words. */
const VOICE_WEIGHT = 0.5;
/** Samples that a token of voice is made of, and the most that are encoded at once (4 s at 16 kHz). */
const VOICE_STEP_SAMPLES = 3200;
const MAX_VOICE_SAMPLES = 64_000;
/** Around the example itself everything is like it, ms. */
const EXAMPLE_MS = 10_000;

/** Moments of past conversations, by what was meant or by what they are like. */
export class MomentSearch {
  constructor(
    private readonly store: HistoryStore,
    private readonly pool: Pick<InferencePool, 'submit'>,
  ) {}

  /** What is asked is redacted as what was said is, so that both read the same. Rejects with `overloaded`. */
  async byText(query: string, filter: SessionFilter): Promise<FoundMoment[]> {
    const text = redacted(query);
    const { embedding: vector } = await this.run('text-tokens', { text });
    const [near, matching] = await Promise.all([
      this.store.nearestUtterances(vector, filter, MAX_RANKED),
      this.store.matchingUtterances(wordsOf(text), filter, MAX_RANKED),
    ]);
    return fuseRanks([
      { moments: near, weight: 1 },
      { moments: matching, weight: WORDS_WEIGHT },
    ]).slice(0, MAX_RANKED);
  }

  /** Rejects with `moment_unknown` where nothing is known of the moment. The caller has seen to it that it may be seen. */
  async byExample(sessionId: string, atMs: number, filter: SessionFilter): Promise<FoundMoment[]> {
    const { window, utterance } = await this.store.vectorsAt(filter.tenant, sessionId, atMs);
    if (window === undefined && utterance === undefined) {
      throw new RapportError('moment_unknown', `Nothing is known of ${sessionId} at ${atMs} ms or behind it.`);
    }
    const [windows, utterances] = await Promise.all([
      window === undefined ? [] : this.store.nearestWindows(window, filter, MAX_RANKED),
      utterance === undefined ? [] : this.store.nearestUtterances(utterance, filter, MAX_RANKED),
    ]);
    const isOther = (one: FoundMoment): boolean =>
      one.sessionId !== sessionId || one.endMs < atMs - EXAMPLE_MS || one.startMs > atMs + EXAMPLE_MS;
    return fuseRanks([
      { moments: windows.filter(isOther), weight: 1 },
      { moments: utterances.filter(isOther), weight: 1 },
    ]).slice(0, MAX_RANKED);
  }

  /**
   * By what was said in a recording, and by how: its words as `byText`, and its last 4 s as `byExample`. Nothing of it is kept.
   * Resolves to no moments where no words are heard. Rejects with `overloaded`.
   */
  async byVoice(pcm: Int16Array, filter: SessionFilter): Promise<FoundMoment[]> {
    const { text: heard } = await this.run('transcript', { pcm });
    const text = redacted(heard);
    if (wordsOf(text).length === 0) return [];
    const { tokens: textTokens, embedding } = await this.run('text-tokens', { text });
    const whole = pcm.length - (pcm.length % VOICE_STEP_SAMPLES);
    const { tokens: voice } = await this.run('voice-tokens', {
      pcm: pcm.slice(Math.max(0, whole - MAX_VOICE_SAMPLES), whole),
    });
    const said = { text: textTokens, ...(voice.length === 0 ? {} : { voice }) };
    const subsets = [voice.length === 0 ? (['text'] as const) : (['voice', 'text'] as const)];
    const joint = (await this.run('fusion', { ...said, subsets })).embedding;
    const [near, matching, windows] = await Promise.all([
      this.store.nearestUtterances(embedding, filter, MAX_RANKED),
      this.store.matchingUtterances(wordsOf(text), filter, MAX_RANKED),
      this.store.nearestWindows(joint, filter, MAX_RANKED),
    ]);
    return fuseRanks([
      { moments: near, weight: 1 },
      { moments: matching, weight: WORDS_WEIGHT },
      { moments: windows, weight: VOICE_WEIGHT },
    ]).slice(0, MAX_RANKED);
  }

  /** In the last class: whoever talks goes first. */
  private async run<K extends JobKind>(kind: K, input: JobInput<K>): Promise<JobOutput<K>> {
    try {
      return (await this.pool.submit(kind, input, { sessionId: 'search', jobClass: 'partial' })).output;
    } catch (cause) {
      throw new RapportError('overloaded', 'The models could not take the query now.', { cause, retryAfterMs: 1000 });
    }
  }
}

const redacted = (text: string): string => new Redactor().redact(new RawText(text), 0, 'customer').text.trim();
