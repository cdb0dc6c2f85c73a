import { useEffect, useRef, useState } from 'preact/hooks';
import { afterFrame } from './after-frame';

/**
 * The first of many, some more in each frame until all are there: what is there first can be read and pressed while the rest is drawn.
 * @param kind of what is drawn; of another it begins anew
 */
export function useGradually<T>(all: readonly T[], atOnce: number, kind: string): readonly T[] {
  const drawn = useRef({ kind, count: 0 });
  const [, setTurn] = useState(0);
  const before = drawn.current.kind === kind ? drawn.current.count : 0;
  const count = Math.min(all.length, before + atOnce);
  const isWhole = count === all.length;

  useEffect(() => {
    // not while drawing: a drawing that is thrown away has drawn nothing
    drawn.current = { kind, count };
    if (isWhole) return;
    return afterFrame(() => setTurn((turn) => turn + 1));
  });
  return isWhole ? all : all.slice(0, count);
}
