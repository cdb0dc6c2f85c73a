import type { EmotionPeak, HeardIntent, SessionListed } from '@rapport-live/protocol';
import type { Viewer } from '../../gateway/auth/viewer';
import { nameless } from '../../gateway/auth/names';
import type { HistoryStore, StoredSession } from './history-store';

/** Sessions as a viewer sees them: with what was most felt and wanted in them, and with names only for who may see them. */
export async function toldSessions(
  store: Pick<HistoryStore, 'peaks' | 'intents'>,
  { tenant, seesNames }: Pick<Viewer, 'tenant' | 'seesNames'>,
  sessions: readonly StoredSession[],
): Promise<SessionListed[]> {
  const ids = sessions.map(({ sessionId }) => sessionId);
  const [peaks, intents] = await Promise.all([store.peaks(tenant, ids), store.intents(tenant, ids)]);
  return sessions.map((session) => {
    const isOf = ({ sessionId }: { readonly sessionId: string }): boolean => sessionId === session.sessionId;
    const told = listed(
      session,
      peaks.filter(isOf).map(({ emotion, confidence, atMs }) => ({ emotion, confidence, atMs })),
      intents.filter(isOf).map(({ intent: name, score, atMs }) => ({ name, score, atMs })),
    );
    return seesNames ? told : nameless(told);
  });
}

function listed(stored: StoredSession, peaks: EmotionPeak[], intents: HeardIntent[]): SessionListed {
  const { tenant: _, sessionId, startedMs, endedMs, ...rest } = stored;
  const known = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  return {
    sessionId,
    startedAt: new Date(startedMs).toISOString(),
    ...(endedMs === null ? {} : { endedAt: new Date(endedMs).toISOString() }),
    ...known,
    ...{ peaks, intents },
  };
}
