import { RapportError } from '@rapport-live/protocol';
import { Observable } from 'rxjs';
import type { LogRecord } from './record-line';
import type { Place } from './read-places';
import type { SessionIndex, SessionListener } from './session-index';
import type { DurableRecord } from './session-result';

/** Records read from the log at a time; a subscriber that left is noticed between two reads. */
const REPLAY_RECORDS = 64;

export type ReadAt = (places: readonly Place[]) => Promise<readonly LogRecord[] | null>;

/**
 * The durable records of a session with seq > afterSeq: replayed from the log until none is left, then as they become
 * durable. The step from one to the other is taken without awaiting, so nothing falls between and nothing is doubled;
 * what becomes durable during the replay is read from the log too, so nothing is queued.
 * Errors with `resume_expired` when the records asked for are no longer kept.
 */
export function sessionRecords(
  open: () => SessionIndex,
  leave: (session: SessionIndex) => void,
  readAt: ReadAt,
  afterSeq: number,
): Observable<DurableRecord> {
  return new Observable((subscriber) => {
    const session = open();
    let nextSeq = afterSeq + 1;
    const live: SessionListener = {
      onRecord: (record) => {
        if (record.seq < nextSeq) return; // the subscriber is ahead: it named a seq that was still to come
        nextSeq = record.seq + 1;
        subscriber.next(record);
      },
      onClosed: () => subscriber.complete(),
    };

    const replay = async (): Promise<void> => {
      while (!subscriber.closed && nextSeq <= session.lastSeq) {
        const places = session.placesFrom(nextSeq, REPLAY_RECORDS);
        const records = places && (await readAt(places));
        if (records === null) throw new RapportError('resume_expired', `records after seq ${nextSeq - 1} are gone`);
        for (const { seq, topic, event } of records) {
          if (subscriber.closed) return;
          nextSeq = seq + 1;
          subscriber.next({ seq, topic, event });
        }
      }
      if (subscriber.closed) return;
      if (session.isClosed) subscriber.complete();
      else session.listeners.add(live);
    };
    replay().catch((error: unknown) => subscriber.error(error));

    return () => {
      session.listeners.delete(live);
      leave(session);
    };
  });
}
