import { sessionKey } from '../cloud-event';
import type { LogRecord } from '../record-line';

/** Their own records, but for the word that they were erased; and what supervisors said about them, under ids of its own. */
export function isOfSessions(keys: ReadonlySet<string>, { key, event }: LogRecord): boolean {
  if (!event.type.startsWith('rapport.monitor.')) return keys.has(key) && event.type !== 'rapport.session.erased';
  const { sessionId } = event.data as { readonly sessionId: string };
  return keys.has(sessionKey({ tenant: event.tenant, sessionId }));
}
