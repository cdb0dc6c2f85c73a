import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';
import type { WallStore } from './wall-store';

/**
 * Tells the wall which of the cards within can be seen, as the browser finds it out for `content-visibility`. One that does not tell
 * has them all drawn at once.
 */
export function useSeen(within: RefObject<HTMLElement | null>, wall: WallStore): void {
  useEffect(() => {
    const element = within.current!;
    const changed = (event: Event): void => {
      const { target, skipped } = event as ContentVisibilityAutoStateChangeEvent;
      const { sessionId } = (target as HTMLElement).dataset;
      if (sessionId !== undefined) wall.see(sessionId, !skipped);
    };
    const name = 'contentvisibilityautostatechange';
    element.addEventListener(name, changed, true);
    return () => element.removeEventListener(name, changed, true);
  }, [wall]);
}
