import { appendAlone } from '../../delivery/lone-record';
import type { ResultStore } from '../../delivery/result-feed';
import type { RulesChange } from './rule-book';

/** Into the audit trail: which rules of a tenant changed, and where they are from now. Rejects when the disk refuses. */
export async function auditRules(
  store: Pick<ResultStore, 'append' | 'close'>,
  { tenant, added, changed, removed, ...told }: RulesChange,
): Promise<void> {
  const data = { ...told, added: [...added], changed: [...changed], removed: [...removed] };
  await appendAlone(store, tenant, () => ({
    type: 'rapport.audit.alert_rules_changed',
    naturalKey: [told.revision],
    data,
  }));
}
