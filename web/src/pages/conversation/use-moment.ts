import { useEffect, useRef, useState } from 'preact/hooks';
import { hashOf, paramsOf, readRoute } from '../../router/hash-route';
import { goTo } from '../../router/use-route';
import { readMoment } from './fold/moment';

/** Whoever moves through the seconds writes none of them into the address before resting for so long, ms: browsers limit it. */
const REST_MS = 300;

/** The chosen moment, ms; undefined: none, so that the page goes with the conversation. It is in the address, to be sent on. */
export function useMoment(
  sessionId: string,
  at: string | undefined,
): readonly [number | undefined, (atMs: number | undefined) => void] {
  const [atMs, setAtMs] = useState(() => readMoment(at));
  const written = useRef(at);
  useEffect(() => {
    if (at === written.current) return;
    written.current = at;
    setAtMs(readMoment(at));
  }, [at]);
  useEffect(() => {
    const text = atMs === undefined ? undefined : String(atMs);
    if (text === written.current) return;
    const timer = setTimeout(() => {
      // somebody has just gone elsewhere, and this page is not told yet: the address would be taken from under them
      if (paramsOf('/sessions/:id', readRoute(location.hash).path)?.id !== sessionId) return;
      written.current = text;
      goTo(hashOf('/sessions/:id', { id: sessionId }, { at: text }), true);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [atMs, sessionId]);
  return [atMs, setAtMs];
}
