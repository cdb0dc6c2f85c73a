import type { EventStream } from '../live/event-stream';
import { pacedNews } from '../live/paced-news';

/**
 * Tells one viewer that there is something new among the alerts: at once when it begins, then whenever that is so. What it is the
 * viewer asks for: so nothing waits here for a reader that is behind.
 */
export function tellOfAlerts(listen: (listener: () => void) => () => void, stream: EventStream): void {
  if (stream.isEnded) return;
  let isNew = true;
  const tell = (): void => {
    isNew = !stream.send('changed', {});
  };
  const arm = pacedNews(stream, { isThere: () => isNew, tell, hasBegun: false });
  stream.onEnd(
    listen(() => {
      isNew = true;
      arm();
    }),
  );
  arm();
}
