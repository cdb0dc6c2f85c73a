import { startCount } from '../../cli/progress';

/** A bar, or lines now and then, on standard error; each call of the result is one item done. */
export function progressOf(what: string, total: number): () => void {
  return startCount(process.stderr, what, total).one;
}
