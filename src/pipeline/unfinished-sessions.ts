import type { SessionEndedData, SessionStartedData } from '@rapport-live/protocol';
import { filter, firstValueFrom, lastValueFrom, take, takeWhile, tap } from 'rxjs';
import { clearedAlert } from '../alerts/alert-results';
import type { ResultStore } from '../delivery/result-feed';
import type { SessionIdentity, SessionResult } from '../delivery/session-result';
import { SessionPicture } from './session-picture';

/**
 * Writes the end of sessions that died with the process before this one and cannot go on, so that consumers see every
 * session end, and every alert in it. What was durable stays as it is.
 */
export async function endUnfinishedSessions(
  store: ResultStore,
  sessions: readonly SessionIdentity[],
  wallNow: () => Date,
): Promise<void> {
  for (const session of sessions) {
    const first = await startOf(store, session);
    if (first !== undefined) {
      const { data: started, traceparent, datakey: dataKey } = first;
      const data: SessionEndedData = {
        ...started,
        endedAt: wallNow().toISOString(),
        durationMs: 0,
        reason: 'error',
        incomplete: true,
        assessments: 0,
        finals: 0,
        dropped: {},
      };
      const ended: SessionResult = { type: 'rapport.session.ended', naturalKey: ['ended'], data };
      for (const result of [...(await endsOfAlerts(store, session)), ended]) {
        await store.append({ ...session, traceparent, dataKey }, result);
      }
    }
    await store.close(session);
  }
}

interface FirstEvent {
  readonly data: SessionStartedData;
  readonly traceparent?: string;
  readonly datakey?: string;
}

/** The session's first record; undefined when retention took it. */
async function startOf(store: ResultStore, session: SessionIdentity): Promise<FirstEvent | undefined> {
  const first = store.subscribe(session, 0).pipe(
    take(1),
    filter(({ event }) => event.type === 'rapport.session.started'),
  );
  const record = await firstValueFrom(first, { defaultValue: undefined }).catch(() => undefined);
  return record?.event as FirstEvent | undefined;
}

/** Of the alerts that are open in the log; of one that cannot be read any more nothing is known. */
async function endsOfAlerts(store: ResultStore, session: SessionIdentity): Promise<SessionResult[]> {
  const picture = new SessionPicture();
  const lastSeq = store.lastSeq(session);
  const records = store.subscribe(session, 0).pipe(
    takeWhile(({ seq }) => seq < lastSeq, true),
    tap((record) => picture.see(record)),
  );
  await lastValueFrom(records, { defaultValue: undefined }).catch(() => undefined);
  return picture.openAlerts.map(({ ruleId, name = '', severity, onsetWindowEndMs: onsetMs, revision, windowEndMs }) =>
    clearedAlert(ruleId, { name, severity, onsetMs, revision }, windowEndMs, 'session_ended'),
  );
}
