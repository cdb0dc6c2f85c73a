import { statement } from './fact-statements';
import type { SqlConnection, SqlStatement } from './sql';

/** What the database says of itself: its format, the places that were read to, the encoder of its embeddings. */
export const META_TABLE = 'CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)';

export async function readMeta(db: Pick<SqlConnection, 'all'>, name: string): Promise<string | undefined> {
  const [row] = await db.all('SELECT value FROM meta WHERE name = ?', [name]);
  return row === undefined ? undefined : String(row.value);
}

export const setMeta = (name: string, value: string): SqlStatement =>
  statement(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ...[name, value],
  );
