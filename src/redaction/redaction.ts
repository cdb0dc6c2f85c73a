import { inspect } from 'node:util';
import { redactText, type RedactionKind } from './redaction-rules';

let wordsOf: (raw: RawText) => string;

/**
 * Words as they were spoken or typed. Only the `Redactor` below can read them: printed, serialised, compared or
 * cloned, an instance gives nothing away.
 */
export class RawText {
  readonly #words: string;

  static {
    // the one reader, and it stays in this file
    wordsOf = (raw) => raw.#words;
  }

  constructor(words: string) {
    this.#words = words;
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
}

/**
 * Takes payment and personal details out of everything said or typed, before anything else reads it. One instance a
 * session: digits dictated over several utterances are to be joined over 60 s of media time, which needs memory; until
 * then each text stands alone and `mediaMs` is not read.
 */
export class Redactor {
  redact(raw: RawText, mediaMs: number): RedactedText {
    void mediaMs;
    return redactText(wordsOf(raw));
  }
}
