import type { ChatReceived, StreamUpdated, UtteranceClosed } from '../../facts/stream-fact';
import type { EncodedText, LanguageTold } from '../../facts/encoded-fact';
import type { InferencePool, ServedModel, SpokenLanguage, SpokenWord } from '../../inference/inference-pool';
import { RawText, type Redactor } from '../../redaction/redaction';
import { failureReason } from '../../inference/job-cost';
import { isKnown, modelRefs, primaryLanguage, servesLanguage, takesAnyLanguage } from '../../inference/served-models';
import type { LanguageWatch } from './language-watch';
import type { SessionJobs } from './session-jobs';
import type { SessionShedding } from './session-shedding';

export type TextFact = UtteranceClosed | ChatReceived;

/** Name of the stream that chat messages are said to come from. */
const CHAT_STREAM = 'chat';

type Heard = Omit<EncodedText, 'kind' | 'sequence' | 'embedding' | 'absentReason' | 'language' | 'kept' | 'assembled'>;
/** A text whose final is durable: redacted, in the language it was given. */
export type KnownText = Heard & Pick<EncodedText, 'language' | 'kept' | 'assembled'>;
type EncodedOfText = EncodedText | LanguageTold | StreamUpdated;

/** A word in the sound of an utterance, in the time of its session. */
const inMedia = (word: SpokenWord, utteranceStartMs: number): SpokenWord => ({
  ...word,
  startMs: utteranceStartMs + word.startMs,
  endMs: utteranceStartMs + word.endMs,
});

/** Utterances and messages of one session to redacted text and, for the customer's words, to tokens. */
export class TextFactEncoder {
  private readonly models: readonly ServedModel[];
  /** The end of the work that must be over before the language is looked for in the next. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly deps: {
      readonly pool: Pick<InferencePool, 'submit' | 'models'>;
      readonly redactor: Redactor;
      readonly jobs: SessionJobs;
      readonly language: LanguageWatch;
      /** Whether the words of an agent may be assessed; absent: never (rule 9). */
      readonly mayAssessAgent?: (startMs: number) => boolean;
      readonly shedding: Pick<SessionShedding, 'has'>;
    },
  ) {
    this.models = deps.pool.models;
  }

  /** Nothing when nothing was said; the language before the text that told it. */
  async encode(fact: TextFact, dueAtMs: number): Promise<readonly EncodedOfText[]> {
    // the agent speaks first and is not asked: the language is the customer's, or that of the channel with both in it
    if (fact.party === 'agent' || this.deps.language.language !== undefined) return this.work(fact, dueAtMs);
    // one after another until it is known, so that the first who can tell it does, and not the first to be ready
    const before = this.turn;
    const work = before.then(() => this.work(fact, dueAtMs));
    this.turn = work.catch(() => undefined);
    return work;
  }

  /** Tokens of a text that was told before the process died. */
  again(text: KnownText): Promise<EncodedText> {
    return this.withTokens(text);
  }

  private async work(fact: TextFact, dueAtMs: number): Promise<readonly EncodedOfText[]> {
    const { language } = this.deps;
    if (fact.kind === 'chat') {
      const read = this.read(fact);
      if (read === undefined) return [];
      const told = fact.party === 'customer' ? language.readChat(read.text, fact.ptsMs) : undefined;
      return this.together(told, read);
    }
    if (fact.party === 'agent' && this.deps.shedding.has('agent_transcript')) {
      return [this.shed(fact, 'agent_transcript')];
    }
    const stated = language.at(fact);
    const understood = isKnown(stated)
      ? servesLanguage(this.models, 'speech', stated)
      : takesAnyLanguage(this.models, 'speech');
    if (!understood) return [this.shed(fact, isKnown(stated) ? 'language' : 'language_undetermined')];
    const heard = await this.listen(fact, dueAtMs);
    if ('update' in heard) return [heard];
    const { words, spoken } = heard;
    if (words === undefined) return [];
    const told =
      spoken === undefined || fact.party === 'agent' ? undefined : language.hear(spoken, fact.speechMs, fact.startMs);
    return this.together(told, words);
  }

  private async together(told: LanguageTold | undefined, text: Heard): Promise<readonly EncodedOfText[]> {
    const encoded = await this.withTokens({ ...text, language: this.deps.language.at(text) });
    return told === undefined ? [encoded] : [told, encoded];
  }

  /** What is said of a text that is given up. */
  shed(fact: TextFact, reason: string): StreamUpdated {
    const common = { kind: 'updated', update: 'shed' } as const;
    if (fact.kind === 'chat') {
      const { messageId: scope, ptsMs: mediaMs, party } = fact;
      return { ...common, mediaMs, scope, detail: { what: 'message', party, reason } };
    }
    const { utteranceId: scope, startMs: mediaMs, party } = fact;
    return { ...common, mediaMs, scope, detail: { what: 'transcript', party, reason } };
  }

  private read(chat: ChatReceived): Heard | undefined {
    const { text, redactions } = this.deps.redactor.redact(chat.text, chat.ptsMs, chat.party);
    if (text.trim() === '') return undefined;
    return {
      textId: chat.messageId,
      source: 'chat',
      streamName: CHAT_STREAM,
      party: chat.party,
      startMs: chat.ptsMs,
      endMs: chat.ptsMs,
      speechMs: 0,
      text,
      redactions,
      models: [],
    };
  }

  private async listen(
    utterance: UtteranceClosed,
    dueAtMs: number,
  ): Promise<{ words?: Heard; spoken?: SpokenLanguage } | StreamUpdated> {
    const { pool, redactor, jobs } = this.deps;
    const language = this.deps.language.at(utterance);
    const { pcm, startMs } = utterance;
    let words: RawText;
    let confidence: number;
    let spoken: SpokenLanguage | undefined;
    try {
      const { output } = await pool.submit(
        'transcript',
        { pcm, language: isKnown(language) ? primaryLanguage(language) : undefined },
        jobs.ofText(utterance.utteranceId, dueAtMs),
      );
      words = new RawText(
        output.text,
        output.words?.map((word) => inMedia(word, startMs)),
      );
      confidence = output.meanProbability;
      spoken = output.spoken;
    } catch (error) {
      return this.shed(utterance, failureReason(error));
    }
    const redacted = redactor.redact(words, startMs, utterance.party);
    const { text, redactions } = redacted;
    // a transcript of noise is blank, or dots and notes
    if (!/[\p{L}\p{N}]/u.test(text)) return {};
    const { utteranceId: textId, streamName, party, endMs, speechMs } = utterance;
    return {
      spoken,
      words: {
        ...{ textId, source: 'voice', streamName, party, startMs, endMs, speechMs },
        text: text.trim(),
        redactions,
        confidence,
        words: redacted.words,
        models: modelRefs(this.models, ['speech']),
      },
    };
  }

  private mayAssess({ party, startMs }: Heard): boolean {
    return party === 'agent' && this.deps.mayAssessAgent?.(startMs) === true;
  }

  private async withTokens(heard: KnownText): Promise<EncodedText> {
    const { pool, jobs } = this.deps;
    const { language } = heard;
    const bare: EncodedText = { kind: 'text', ...heard };
    if (heard.party !== 'customer' && !this.mayAssess(heard)) return bare;
    if (!servesLanguage(this.models, 'text', language)) {
      return { ...bare, absentReason: isKnown(language) ? 'language' : 'language_undetermined' };
    }
    try {
      // what was written down is nearly done: its own time begins now
      const job = jobs.ofText(heard.textId, jobs.nowMs());
      const { output } = await pool.submit('text-tokens', { text: heard.text }, job);
      const timesMs = new Float64Array(output.tokens.length / output.width).fill(heard.endMs);
      return {
        ...bare,
        sequence: { modality: 'text', tokens: output.tokens, width: output.width, timesMs },
        embedding: output.embedding,
        models: [...heard.models, ...modelRefs(this.models, ['text'])],
      };
    } catch (error) {
      failureReason(error);
      return { ...bare, absentReason: 'shed' };
    }
  }
}
