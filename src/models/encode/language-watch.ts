import type { LanguageTold } from '../../facts/encoded-fact';
import type { SpokenLanguage } from '../../inference/inference-pool';
import { UNDETERMINED } from '../../inference/served-models';
import { letters, type WrittenLanguage } from './written-language';

export interface LanguageOptions {
  /** Shortest speech that the language is told from, ms. */
  readonly minSpeechMs: number;
  /** Least probability of the language, among all that the speech model knows. */
  readonly minSpokenProbability: number;
  /** Fewest letters of chat, over messages, that the language is told from. */
  readonly minLetters: number;
  /** Least lead of a written language over the next one, in its detector's score of 0 to 1. */
  readonly minWrittenLead: number;
  /** Chat looked at together, the newest, in UTF-16 code units. */
  readonly maxChatLength: number;
  /** Utterances, and messages, that may be tried; after either the language is given up. */
  readonly maxTries: number;
}

/** By what they were chosen: bench/language.mjs and docs/languages.md. */
export const LANGUAGE_DEFAULTS: LanguageOptions = {
  minSpeechMs: 1000,
  minSpokenProbability: 0.9,
  minLetters: 30,
  minWrittenLead: 0.1,
  maxChatLength: 400,
  maxTries: 8,
};

/** Changes that are remembered: an utterance that is worked on may lie before the last few. */
const MAX_CHANGES = 16;

type ToldBy = Pick<LanguageTold, 'source' | 'mediaMs'>;

/**
 * The language of one session: stated, or told once and kept (rule 13). Nobody is asked again, whatever comes later: a
 * customer who spells a foreign name does not change the language of a call. Who stated it may state another.
 */
export class LanguageWatch {
  private readonly options: LanguageOptions;
  private known: string | undefined;
  /** What it was before each change, oldest first. */
  private changes: readonly { readonly atMs: number; readonly before: string | undefined }[] = [];
  private tries = { voice: 0, chat: 0 };
  private bestConfidence = 0;
  private chat = '';

  constructor(
    stated: string | undefined,
    /** Tells the language of a text; undefined when the text says nothing of it. */
    private readonly read: (text: string) => WrittenLanguage | undefined,
    options: Partial<LanguageOptions> = {},
  ) {
    this.known = stated;
    this.options = { ...LANGUAGE_DEFAULTS, ...options };
  }

  /** BCP 47; undefined while it is looked for, `und` once that was given up. */
  get language(): string | undefined {
    return this.known;
  }

  /** That of a text, by its place in media time. */
  at({ startMs, endMs }: { readonly startMs: number; readonly endMs: number }): string | undefined {
    // the sound before a word belongs to its utterance and may lie before the change: what counts is where most of it lies
    const change = this.changes.find(({ atMs }) => (startMs + endMs) / 2 < atMs);
    return change === undefined ? this.known : change.before;
  }

  /** From `mediaMs` on it is another: its client says so. */
  restate(language: string, mediaMs: number): void {
    this.changes = [...this.changes, { atMs: mediaMs, before: this.known }].slice(-MAX_CHANGES);
    this.known = language;
  }

  /** What the speech model took an utterance of the customer for. Returns what is now known and was not before. */
  hear(spoken: SpokenLanguage, speechMs: number, mediaMs: number): LanguageTold | undefined {
    if (this.known !== undefined || speechMs < this.options.minSpeechMs) return undefined;
    const { language, probability } = spoken;
    const by: ToldBy = { source: 'voice', mediaMs };
    return this.judge(language, probability, probability >= this.options.minSpokenProbability, by);
  }

  /** A message of the customer, redacted. */
  readChat(text: string, mediaMs: number): LanguageTold | undefined {
    if (this.known !== undefined) return undefined;
    // masks are our own words
    const words = text.replace(/\[[a-z_]+\]/g, ' ');
    this.chat = `${this.chat} ${words}`.slice(-this.options.maxChatLength);
    if (letters(this.chat) < this.options.minLetters) return undefined;
    const written = this.read(this.chat);
    if (written === undefined) return undefined;
    const by: ToldBy = { source: 'chat', mediaMs };
    return this.judge(written.language, written.score, written.lead >= this.options.minWrittenLead, by);
  }

  private judge(language: string, confidence: number, sure: boolean, by: ToldBy): LanguageTold | undefined {
    if (sure) return this.tell(language, confidence, by);
    this.bestConfidence = Math.max(this.bestConfidence, confidence);
    this.tries = { ...this.tries, [by.source]: this.tries[by.source] + 1 };
    return this.tries[by.source] < this.options.maxTries ? undefined : this.tell(UNDETERMINED, this.bestConfidence, by);
  }

  private tell(language: string, confidence: number, by: ToldBy): LanguageTold {
    this.known = language;
    this.chat = '';
    return { kind: 'language', language, confidence: Math.round(confidence * 1000) / 1000, ...by };
  }
}
