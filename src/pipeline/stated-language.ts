import type { StreamUpdated } from '../facts/stream-fact';

/** The language of a session as its client states it: each change of it once, as a fact in media time. */
export class StatedLanguage {
  private lastMs = -1;

  /** @param language as it was stated first, BCP 47; undefined: it was not. */
  constructor(private language: string | undefined) {}

  /** Undefined: it is the same. The time of a change is the key of its event: no two are at one time. */
  restate(language: string, atMs: number): StreamUpdated | undefined {
    if (language === this.language) return undefined;
    this.language = language;
    this.lastMs = Math.max(Math.round(atMs), this.lastMs + 1);
    return { kind: 'updated', update: 'language', mediaMs: this.lastMs, detail: { language, source: 'stated' } };
  }
}
