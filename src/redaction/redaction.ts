import { inspect } from 'node:util';
import type { Party } from '@rapport-live/protocol';
import { applyMasks, maskWords, type RedactionKind, type TimedSpan, type TimedWord } from './redaction-kinds';
import { RedactionSession } from './redaction-session';

export type { TimedSpan, TimedWord } from './redaction-kinds';

let wordsOf: (raw: RawText) => string;
let timesOf: (raw: RawText) => readonly TimedSpan[];

/**
 * Words as they were spoken or typed. Only the `Redactor` below can read them: printed, serialised, compared or
 * cloned, an instance gives nothing away.
 */
export class RawText {
  readonly #words: string;
  readonly #times: readonly TimedSpan[];

  static {
    // the only readers, and they stay in this file
    wordsOf = (raw) => raw.#words;
    timesOf = (raw) => raw.#times;
  }

  /** `times`: of its words, in order; how long each is says something of it too. */
  constructor(words: string, times: readonly TimedSpan[] = []) {
    this.#words = words;
    this.#times = times;
  }

  toString(): string {
    return '[raw text]';
  }

  toJSON(): string {
    return '[raw text]';
  }

  [inspect.custom](): string {
    return '[raw text]';
  }
}

export interface RedactedText {
  readonly text: string;
  /** How often each kind was masked; kinds that were not are absent. */
  readonly redactions: Readonly<Partial<Record<RedactionKind, number>>>;
  /** Those that came with times; a mask is one word. */
  readonly words: readonly TimedWord[];
}

/**
 * Takes payment and personal details out of everything said or typed, before anything else reads it (docs/redaction.md).
 * One instance a session: digits of one party that are spread over its texts are joined over 60 s of media time. They
 * are held in this instance alone and never in a snapshot.
 */
export class Redactor {
  readonly #session = new RedactionSession();

  /** Texts may come in another order than their media time. */
  redact(raw: RawText, mediaMs: number, party: Party): RedactedText {
    const words = wordsOf(raw);
    const masks = this.#session.final(words, mediaMs, party);
    return { ...applyMasks(words, masks), words: maskWords(words, timesOf(raw), masks) };
  }

  /**
   * Masks every run of three digits or more, written or spoken, and leaves out shorter ones at the end, which may go on;
   * remembers nothing.
   */
  redactPartial(raw: RawText): RedactedText {
    const { masks, end } = this.#session.partial(wordsOf(raw));
    const words = wordsOf(raw).slice(0, end);
    const times = timesOf(raw).filter((word) => word.end <= end);
    const within = masks.filter((mask) => mask.end <= end);
    return { ...applyMasks(words, within), words: maskWords(words, times, within) };
  }

  /** Media time went on: digits too old to be joined are forgotten. */
  advance(mediaMs: number): void {
    this.#session.advance(mediaMs);
  }

  /** The customer paused the recording: forgets the digits held. */
  pause(): void {
    this.#session.forget();
  }
}
