import type { PartialText } from '../../facts/encoded-fact';
import type { UtteranceClosed, UtteranceOpen } from '../../facts/stream-fact';
import type { InferencePool } from '../../inference/inference-pool';
import { failureReason } from '../../inference/job-cost';
import { isKnown, primaryLanguage, servesLanguage } from '../../inference/served-models';
import { RawText, type Redactor, type TimedWord } from '../../redaction/redaction';
import { isUnspaced } from '../encoders/token-words';
import type { LanguageWatch } from './language-watch';
import { PartialWords } from './partial-words';
import type { SessionJobs } from './session-jobs';
import type { SessionShedding } from './session-shedding';

interface OpenText {
  readonly words: PartialWords;
  revision: number;
}

/**
 * The words so far of the utterances of one session that go on. Each time all of an utterance is transcribed again, in
 * the least urgent class: what the pool refuses is left out, and the next time has it.
 */
export class PartialTranscripts {
  /** By utterance: one of each stream at most. */
  private readonly open = new Map<string, OpenText>();

  constructor(
    private readonly deps: {
      readonly pool: Pick<InferencePool, 'submit' | 'models'>;
      readonly redactor: Redactor;
      readonly jobs: SessionJobs;
      readonly language: LanguageWatch;
      readonly shedding: Pick<SessionShedding, 'has'>;
    },
  ) {}

  /** Nothing when there is nothing new to tell, or the utterance was closed meanwhile: its final says it all. */
  async hear(utterance: UtteranceOpen): Promise<readonly PartialText[]> {
    const { pool, jobs, shedding } = this.deps;
    if (shedding.has('partials')) return [];
    const { utteranceId, pcm, startMs, endMs, party } = utterance;
    const language = this.deps.language.at(utterance);
    // a language that is still looked for is told from whole utterances
    if (!isKnown(language) || !servesLanguage(pool.models, 'speech', language)) return [];
    const spoken = primaryLanguage(language);
    const text = this.textOf(utteranceId, isUnspaced(spoken) ? '' : ' ');
    let heard: readonly TimedWord[];
    try {
      const job = jobs.ofPartial(utteranceId, jobs.dueAtMs(endMs));
      const { output } = await pool.submit('transcript', { pcm, language: spoken }, job);
      heard = this.deps.redactor.redactPartial(new RawText(output.text, output.words)).words;
    } catch (error) {
      failureReason(error);
      return [];
    }
    if (this.open.get(utteranceId) !== text) return [];
    const told = text.words.hear(heard);
    return told === undefined
      ? []
      : [{ kind: 'partial', utteranceId, revision: text.revision++, party, startMs, endMs, ...told }];
  }

  /** Nothing more is told of it in part. */
  close({ utteranceId }: Pick<UtteranceClosed, 'utteranceId'>): void {
    this.open.delete(utteranceId);
  }

  private textOf(utteranceId: string, space: string): OpenText {
    let text = this.open.get(utteranceId);
    if (text === undefined) {
      text = { words: new PartialWords((words) => this.masked(words, space), space), revision: 0 };
      this.open.set(utteranceId, text);
    }
    return text;
  }

  /** What is shown together is looked at together. */
  private masked(words: readonly TimedWord[], space: string): readonly TimedWord[] {
    let at = 0;
    const spans = words.map(({ word, ...time }) => {
      const start = at;
      at += word.length + space.length;
      return { ...time, start, end: start + word.length };
    });
    return this.deps.redactor.redactPartial(new RawText(words.map(({ word }) => word).join(space), spans)).words;
  }
}
