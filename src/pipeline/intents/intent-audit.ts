import { appendAlone } from '../../delivery/lone-record';
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
  await appendAlone(store, tenant, () => ({
    type: 'rapport.audit.intents_changed',
    naturalKey: [counts.revision],
    data: { change, intent, ...counts },
  }));
}
