import { readFileSync, statSync } from 'node:fs';
import { Refusal } from '../refusal';

/** What the service takes as a body, with room for what JSON adds: a larger file is another one. */
const MAX_FILE_BYTES = 200_000;

/**
 * One example a line, in UTF-8, with or without a byte-order mark; the last line may end or not. Empty lines between
 * examples are examples that are empty: the service refuses them by number, which is that of the line.
 */
export function readExamples(path: string): string[] {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) {
      throw new Refusal(`${path} has ${size} bytes, at most ${MAX_FILE_BYTES}: name a file with one example a line.`);
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
    return text.trimEnd() === '' ? [] : text.trimEnd().split(/\r\n|\n|\r/);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new Refusal(`${path} is not text in UTF-8.`);
    throw new Refusal(`${path} cannot be read (${code ?? 'error'}): name a file with one example a line.`);
  }
}
