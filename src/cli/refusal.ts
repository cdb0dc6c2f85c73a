/** Exit statuses of the command line beside those of the error list (packages/protocol/src/errors.ts). */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Something the reader can put right: told as one sentence with its fix, never with a stack. */
export class Refusal extends Error {
  constructor(
    sentence: string,
    readonly exit: number = EXIT.failed,
  ) {
    super(sentence);
    this.name = 'Refusal';
  }
}

/** The command line itself is wrong. */
export const misuse = (sentence: string): Refusal => new Refusal(sentence, EXIT.usage);
