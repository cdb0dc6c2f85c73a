import type { EventStream } from '../live/event-stream';

/** Between two events, ms. */
export const ALERT_CHANGE_MS = 250;

/**
 * Tells one viewer that there is something new among the alerts: at once when it begins, then whenever that is so. What it is the
 * viewer asks for: so nothing waits here for a reader that is behind.
 */
export function tellOfAlerts(listen: (listener: () => void) => () => void, stream: EventStream): void {
  if (stream.isEnded) return;
  let timer: NodeJS.Timeout | undefined;
  let nextMs = 0;
  let isNew = true;
  const tell = (): void => {
    timer = undefined;
    // told of by onDrain
    if (!stream.send('changed', {})) return;
    isNew = false;
    nextMs = performance.now() + ALERT_CHANGE_MS;
  };
  const arm = (): void => {
    if (isNew && !stream.isEnded) timer ??= setTimeout(tell, Math.max(0, nextMs - performance.now()));
  };
  const stop = listen(() => {
    isNew = true;
    arm();
  });
  stream.onDrain(arm);
  stream.onEnd(() => {
    stop();
    clearTimeout(timer);
  });
  arm();
}
