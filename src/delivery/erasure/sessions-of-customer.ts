import type { SessionStartedData } from '@rapport-live/protocol';
import type { LogRecord } from '../record-line';

/** The sessions of one customer in the local log: both their start and their end say whose they are. */
export async function sessionsOfCustomer(
  log: AsyncIterable<LogRecord>,
  tenant: string,
  customerId: string,
): Promise<Set<string>> {
  const sessions = new Set<string>();
  for await (const { event } of log) {
    if (event.tenant !== tenant) continue;
    if (event.type !== 'rapport.session.started' && event.type !== 'rapport.session.ended') continue;
    if ((event.data as SessionStartedData).session.customerId === customerId) sessions.add(event.subject);
  }
  return sessions;
}
