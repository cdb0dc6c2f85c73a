import type { SessionEndedData, SessionStartedData } from '@rapport-live/protocol';
import { filter, firstValueFrom, take } from 'rxjs';
import type { ResultStore } from '../delivery/result-feed';
import type { SessionIdentity } from '../delivery/session-result';

/**
 * Writes the end of sessions that died with the process before this one and cannot go on, so that consumers see every
 * session end. What was durable stays as it is.
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
      await store.append(
        { ...session, traceparent, dataKey },
        { type: 'rapport.session.ended', naturalKey: ['ended'], data },
      );
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
