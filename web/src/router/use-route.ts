import { useEffect, useMemo, useState } from 'preact/hooks';
import { readRoute, type Route } from './hash-route';

/** Where the page is, and again whenever that changes. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const moved = (): void => setHash(location.hash);
    addEventListener('hashchange', moved);
    // who goes elsewhere between the first drawing and here is heard of by nobody
    moved();
    return () => removeEventListener('hashchange', moved);
  }, []);
  return useMemo(() => readRoute(hash), [hash]);
}

/** To another address; `replace`: the one now is not gone back to. */
export function goTo(hash: string, replace = false): void {
  if (hash === location.hash) return;
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
