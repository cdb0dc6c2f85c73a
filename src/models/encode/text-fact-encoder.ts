import type { ChatReceived, StreamUpdated, UtteranceClosed } from '../../facts/stream-fact';
import type { EncodedText } from '../../facts/encoded-fact';
import type { InferencePool, ServedModel } from '../../inference/inference-pool';
import { RawText, type Redactor } from '../../redaction/redaction';
import { failureReason, ownBuffer } from '../../inference/job-cost';
import { modelRefs, primaryLanguage, servesLanguage } from '../../inference/served-models';

export type TextFact = UtteranceClosed | ChatReceived;

/** Name of the stream that chat messages are said to come from. */
const CHAT_STREAM = 'chat';

type Heard = Omit<EncodedText, 'kind' | 'sequence' | 'embedding' | 'absentReason'>;

/** Utterances and messages of one session to redacted text and, for the customer's words, to tokens. */
export class TextFactEncoder {
  private readonly models: readonly ServedModel[];

  constructor(
    private readonly deps: {
      readonly pool: Pick<InferencePool, 'submit' | 'models'>;
      readonly redactor: Redactor;
      readonly sessionId: string;
      /** BCP 47, as `session.start` states it. */
      readonly language?: string;
    },
  ) {
    this.models = deps.pool.models;
  }

  /** Undefined when nothing was said. */
  async encode(fact: TextFact): Promise<EncodedText | StreamUpdated | undefined> {
    if (fact.kind === 'chat') return this.withTokens(this.read(fact));
    if (!servesLanguage(this.models, 'speech', this.deps.language)) return this.shed(fact, 'language');
    const heard = await this.listen(fact);
    return heard !== undefined && 'update' in heard ? heard : this.withTokens(heard);
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
      text,
      redactions,
      language: this.deps.language,
      models: [],
    };
  }

  private async listen(utterance: UtteranceClosed): Promise<Heard | StreamUpdated | undefined> {
    const { pool, redactor, sessionId, language } = this.deps;
    const { pcm, startMs } = utterance;
    let words: RawText;
    let confidence: number;
    try {
      const { output } = await pool.submit(
        'transcript',
        { pcm, language: language === undefined ? undefined : primaryLanguage(language) },
        { sessionId, jobClass: 'final', transfer: ownBuffer(pcm) },
      );
      words = new RawText(output.text);
      confidence = output.meanProbability;
    } catch (error) {
      return this.shed(utterance, failureReason(error));
    }
    const { text, redactions } = redactor.redact(words, startMs, utterance.party);
    // a transcript of noise is blank, or dots and notes
    if (!/[\p{L}\p{N}]/u.test(text)) return undefined;
    return {
      textId: utterance.utteranceId,
      source: 'voice',
      streamName: utterance.streamName,
      party: utterance.party,
      startMs,
      endMs: utterance.endMs,
      text: text.trim(),
      redactions,
      language,
      confidence,
      models: modelRefs(this.models, ['speech']),
    };
  }

  private async withTokens(heard: Heard | undefined): Promise<EncodedText | undefined> {
    if (heard === undefined) return undefined;
    const { pool, sessionId, language } = this.deps;
    const bare: EncodedText = { kind: 'text', ...heard };
    if (heard.party !== 'customer') return bare;
    if (!servesLanguage(this.models, 'text', language)) return { ...bare, absentReason: 'language' };
    try {
      const { output } = await pool.submit('text-tokens', { text: heard.text }, { sessionId, jobClass: 'final' });
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
