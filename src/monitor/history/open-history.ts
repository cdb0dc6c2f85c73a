import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RapportError } from '@rapport-live/protocol';
import type { HistoryConfig } from '../../config/history-settings';
import type { HistoryStore } from './history-store';
import { LibsqlThread } from './libsql/libsql-thread';
import { PostgresConnection } from './postgres/postgres-connection';
import { POSTGRES } from './sql/postgres-dialect';
import { SQLITE } from './sql/sqlite-dialect';
import { SqlHistory } from './sql/sql-history';

/** The store that the settings name; null: none is kept. Rejects with `data_dir_unusable` or `data_format`. */
export async function openHistory(config: HistoryConfig, dataDir: string): Promise<HistoryStore | null> {
  switch (config.kind) {
    case 'off':
      return null;
    case 'file':
      return openFile(dataDir);
    case 'postgres':
      return openServer(config.url);
  }
}

async function openFile(dataDir: string): Promise<HistoryStore> {
  const path = join(dataDir, 'history.db');
  try {
    await mkdir(dataDir, { recursive: true });
    return await SqlHistory.open(await LibsqlThread.open(path), SQLITE);
  } catch (cause) {
    if (cause instanceof RapportError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RapportError(
      'data_dir_unusable',
      `The history ${path} cannot be opened (${why}): move it away to begin one anew from what the log still has.`,
      { cause },
    );
  }
}

/** A server that is away, or refuses, is asked again by whoever needs it; one with a newer format is not. */
async function openServer(url: string): Promise<HistoryStore> {
  const history = new SqlHistory(new PostgresConnection({ url }), POSTGRES);
  await history.ready().catch(async (error: unknown) => {
    if (!(error instanceof RapportError)) return;
    await history.close();
    throw error;
  });
  return history;
}
