/** Placeholder until the redactor lands: the shapes are settled. */
export class RawText {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return '[raw text]';
  }
  toJSON(): string {
    return '[raw text]';
  }
}
