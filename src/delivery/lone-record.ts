import { randomUUID } from 'node:crypto';
import type { ResultStore } from './result-feed';
import type { DurableRecord, SessionResult } from './session-result';

/**
 * Makes one event durable that is of no session: of a tenant alone, under an id of its own, as those of the audit trail.
 * `resultOf` gets that id. Rejects when the disk refuses.
 */
export async function appendAlone(
  store: Pick<ResultStore, 'append' | 'close'>,
  tenant: string,
  resultOf: (id: string) => SessionResult,
): Promise<DurableRecord | null> {
  const own = { tenant, sessionId: randomUUID() };
  const record = await store.append(own, resultOf(own.sessionId));
  await store.close(own);
  return record;
}
