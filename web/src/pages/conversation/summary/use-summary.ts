import type { SessionSummary, SessionSummaryAnswer } from '@rapport-live/protocol';
import { useEffect, useState } from 'preact/hooks';
import { get } from '../../../api/request';
import { ServiceError } from '../../../api/service-error';

export interface Summary {
  /** Undefined: the conversation goes on, or the answer is on its way. */
  readonly summary: SessionSummary | undefined;
  readonly error: ServiceError | undefined;
  again(): void;
}

/** What became of a conversation, once it is over. */
export function useSummary(sessionId: string, isOver: boolean): Summary {
  const [summary, setSummary] = useState<SessionSummary>();
  const [error, setError] = useState<ServiceError>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (!isOver) return;
    const asking = new AbortController();
    setError(undefined);
    get<SessionSummaryAnswer>(`/v1/sessions/${encodeURIComponent(sessionId)}/summary`, asking.signal).then(
      (answer) => setSummary(answer.summary),
      (caught: unknown) => {
        if (asking.signal.aborted) return;
        if (!(caught instanceof ServiceError)) throw caught;
        setError(caught);
      },
    );
    return () => asking.abort();
  }, [sessionId, isOver, tries]);
  return { summary, error, again: () => setTries(tries + 1) };
}
