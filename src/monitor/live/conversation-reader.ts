import type { CloudEvent } from '@rapport-live/protocol';
import type { Observable } from 'rxjs';
import type { DurableRecord } from '../../delivery/session-result';
import type { EventStream } from './event-stream';

/**
 * The records of one session on one stream, each with its seq as id, then `end`. A reader that is behind is let go: it comes
 * back with the seq of the last that it got, and what it missed is read from the log.
 */
export function streamConversation(
  records: Observable<DurableRecord>,
  stream: EventStream,
  seenAs: (event: CloudEvent) => CloudEvent,
): void {
  const subscription = records.subscribe({
    next: ({ seq, event }) => {
      if (!stream.send('record', { seq, event: seenAs(event) }, seq)) stream.end();
    },
    error: () => {
      stream.send('expired', {});
      stream.end();
    },
    complete: () => {
      stream.send('end', {});
      stream.end();
    },
  });
  stream.onEnd(() => subscription.unsubscribe());
}
