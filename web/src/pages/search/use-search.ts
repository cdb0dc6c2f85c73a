import type { SearchAnswer, SearchHit, SessionList, SessionListed } from '@rapport-live/protocol';
import { useEffect, useState } from 'preact/hooks';
import { ask, get } from '../../api/request';
import { ServiceError } from '../../api/service-error';
import { type Asked, pathOf } from './search-form';
import type { Snippet } from './voice/snippet';

/** Results that a page keeps; whoever wants more asks more precisely. */
const MAX_KEPT = 400;

export interface Found {
  /** Moments, where words or an example were asked for. */
  readonly hits: readonly SearchHit[];
  /** Else conversations. */
  readonly sessions: readonly SessionListed[];
  readonly next: string | undefined;
}

export interface Search {
  /** Undefined: the answer is on its way, or there is none. */
  readonly found: Found | undefined;
  readonly error: ServiceError | undefined;
  /** Absent: there is no more, or no more is kept. */
  readonly more: (() => void) | undefined;
  again(): void;
}

type Answer = Partial<SearchAnswer> & Partial<SessionList>;
const NOTHING: Found = { hits: [], sessions: [], next: undefined };

/** @param snippet searched by instead of words or an example */
export function useSearch(asked: Asked, snippet: Snippet | undefined): Search {
  const key = JSON.stringify(asked);
  const [found, setFound] = useState<Found>();
  const [error, setError] = useState<ServiceError>();
  const [tries, setTries] = useState(0);
  /** The cursor to go on from; undefined: from the beginning. */
  const [cursor, setCursor] = useState<string>();

  useEffect(() => {
    setFound(undefined);
    setCursor(undefined);
  }, [key, snippet]);
  useEffect(() => {
    const asking = new AbortController();
    setError(undefined);
    const path = pathOf(asked, { cursor, byVoice: snippet !== undefined, zone: new Date().getTimezoneOffset() });
    const answered = snippet === undefined ? get<Answer>(path, asking.signal) : sendVoice(path, snippet, asking.signal);
    answered.then(
      ({ hits = [], sessions = [], next }) =>
        setFound((before) => {
          const kept = cursor === undefined ? NOTHING : (before ?? NOTHING);
          return { hits: [...kept.hits, ...hits], sessions: [...kept.sessions, ...sessions], next };
        }),
      (caught: unknown) => {
        if (asking.signal.aborted) return;
        if (!(caught instanceof ServiceError)) throw caught;
        setError(caught);
      },
    );
    return () => asking.abort();
  }, [key, snippet, cursor, tries]);

  const count = (found?.hits.length ?? 0) + (found?.sessions.length ?? 0);
  const next = found?.next;
  return {
    ...{ found, error },
    more: next === undefined || count >= MAX_KEPT ? undefined : () => setCursor(next),
    again: () => setTries(tries + 1),
  };
}

async function sendVoice(path: string, { pcm }: Snippet, signal: AbortSignal): Promise<Answer> {
  return (await (await ask(path, { method: 'POST', body: pcm, signal })).json()) as Answer;
}
