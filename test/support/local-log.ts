import { join } from 'node:path';
import { readLogFolder } from '../../src/delivery/log-cursor';
import type { LogRecord } from '../../src/delivery/record-line';

/** What the service of this data folder wrote, of one session or of all. */
export async function readLog(dataDir: string, sessionId?: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const record of readLogFolder(join(dataDir, 'outbox'))) {
    if (sessionId === undefined || record.event.subject === sessionId) records.push(record);
  }
  return records;
}
