import { randomUUID } from 'node:crypto';
import type { ResultStore } from './result-feed';
import type { DurableRecord, SessionResult } from './session-result';

/**
 * Makes one event durable that is of no session: of a tenant alone, under an id of its own, as those of the audit trail.
 * `resultOf` gets that id. `dataKey` is that of the session it tells of, so that Kafka gets it encrypted as all of that session.
 * Rejects when the disk refuses.
 */
export async function appendAlone(
  store: Pick<ResultStore, 'append' | 'close'>,
  tenant: string,
  resultOf: (id: string) => SessionResult,
  dataKey?: string,
): Promise<DurableRecord | null> {
  const own = { tenant, sessionId: randomUUID(), dataKey };
  const record = await store.append(own, resultOf(own.sessionId));
  await store.close(own);
  return record;
}
