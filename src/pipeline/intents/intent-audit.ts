import { randomUUID } from 'node:crypto';
import type { ResultStore } from '../../delivery/result-feed';
import type { IntentsChange } from './tenant-intents';

/**
 * Into the audit trail: which tenant changed which of its intents, never a word of an example. What nobody decided, as
 * encoding anew for another model, is no part of it. Rejects when the disk refuses.
 */
export async function auditIntents(
  store: Pick<ResultStore, 'append' | 'close'>,
  { tenant, change, intent, ...counts }: IntentsChange,
): Promise<void> {
  if (intent === undefined || change === 'encoded_anew' || change === 'name_taken') return;
  const own = { tenant, sessionId: randomUUID() };
  await store.append(own, {
    type: 'rapport.audit.intents_changed',
    naturalKey: [counts.revision],
    data: { change, intent, ...counts },
  });
  await store.close(own);
}
