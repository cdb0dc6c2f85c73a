import { useEffect, useState } from 'preact/hooks';

type Listener = (nowMs: number) => void;

/** All who show the time: one timer, so that what changes each second is drawn and laid out once. */
const listeners = new Set<Listener>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** The wall clock, ms since 1970, again at every full second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    listeners.add(setNow);
    if (listeners.size === 1) awaitSecond();
    return () => {
      listeners.delete(setNow);
      if (listeners.size === 0) clearTimeout(timer);
    };
  }, []);
  return now;
}

function awaitSecond(): void {
  timer = setTimeout(tick, 1000 - (Date.now() % 1000));
}

function tick(): void {
  const nowMs = Date.now();
  for (const listener of listeners) listener(nowMs);
  awaitSecond();
}
