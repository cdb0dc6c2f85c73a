import { inspect } from 'node:util';
import type { Party } from '@rapport-live/protocol';
import { applyMasks, type RedactionKind } from './redaction-kinds';
import { RedactionSession } from './redaction-session';

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
 * Takes payment and personal details out of everything said or typed, before anything else reads it (docs/redaction.md).
 * One instance a session: digits of one party that are spread over its texts are joined over 60 s of media time. They
 * are held in this instance alone and never in a snapshot.
 */
export class Redactor {
  readonly #session = new RedactionSession();

  /** Texts may come in another order than their media time. */
  redact(raw: RawText, mediaMs: number, party: Party): RedactedText {
    const words = wordsOf(raw);
    return applyMasks(words, this.#session.final(words, mediaMs, party));
  }

  /** Masks every run of three digits or more, written or spoken; remembers nothing. */
  redactPartial(raw: RawText): RedactedText {
    const words = wordsOf(raw);
    return applyMasks(words, this.#session.partial(words));
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
