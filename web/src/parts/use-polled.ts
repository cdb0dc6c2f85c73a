import { useEffect, useState } from 'preact/hooks';
import type { Line } from '../api/event-stream';
import { get } from '../api/request';
import { ServiceError } from '../api/service-error';

export interface Polled<T> {
  /** The newest answer; undefined: none yet. */
  readonly value: T | undefined;
  readonly line: Line;
}

/** What a path answers, asked for again so long after each answer. */
export function usePolled<T>(path: string, everyMs: number): Polled<T> {
  const [value, setValue] = useState<T>();
  const [line, setLine] = useState<Line>({ kind: 'connecting' });
  useEffect(() => {
    const leaving = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function ask(): Promise<void> {
      try {
        setValue(await get<T>(path, leaving.signal));
        setLine({ kind: 'live' });
      } catch (error) {
        if (leaving.signal.aborted) return;
        if (!(error instanceof ServiceError)) throw error;
        setLine({ kind: error.mayPass ? 'lost' : 'refused', error });
        if (!error.mayPass) return;
      }
      if (!leaving.signal.aborted) timer = setTimeout(() => void ask(), everyMs);
    }
    void ask();
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs]);
  return { value, line };
}
