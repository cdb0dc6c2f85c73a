import { createInterface } from 'node:readline';
import type { Surroundings } from './command';

/** Whether the answer on standard input is yes; its end, and Ctrl-C, are no. */
export async function isConfirmed(question: string, { stdin, stderr, interrupted }: Surroundings): Promise<boolean> {
  stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin });
  const stop = (): void => lines.close();
  interrupted.addEventListener('abort', stop);
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    stderr.write('\n');
    return false;
  } finally {
    interrupted.removeEventListener('abort', stop);
    lines.close();
  }
}
