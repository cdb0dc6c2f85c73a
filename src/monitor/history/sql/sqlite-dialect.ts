import type { SqlDialect } from './dialect';
import { TABLES } from './tables';

/** Widths of what the text encoder and the fusion network give. */
const VECTORS = { utterance: 'F32_BLOB(384)', window: 'F32_BLOB(128)' };

/**
 * libSQL: vectors are F32_BLOB columns (little-endian 32-bit floats), words an FTS5 table. Deleted rows are overwritten with zeros,
 * in FTS5's segments too (`secure-delete`, SQLite 3.42), and the write-ahead log is emptied into the file and cut.
 */
export const SQLITE: SqlDialect = {
  migrations: [
    [
      ...TABLES({ key: 'INTEGER PRIMARY KEY', real: 'REAL', integer: 'INTEGER', vectors: VECTORS }),
      `CREATE VIRTUAL TABLE utterance_words USING fts5(words, tokenize = 'unicode61 remove_diacritics 2')`,
      `INSERT INTO utterance_words(utterance_words, rank) VALUES ('secure-delete', 1)`,
    ],
  ],
  vector: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  vectorPlace: '?',
  // as libSQL hands a blob out, of whole floats
  readVector: (value) => new Float32Array(value as unknown as ArrayBuffer),
  distance: (column) => `vector_distance_cos(${column}, ?)`,
  keepWords: (eventId, text) => [
    {
      sql: `INSERT INTO utterance_words(rowid, words) SELECT id, ? FROM utterances WHERE event_id = ?
        AND id NOT IN (SELECT rowid FROM utterance_words WHERE rowid = utterances.id)`,
      values: [text, eventId],
    },
  ],
  forgetWords: (tenant, sessionId) => [
    {
      sql: 'DELETE FROM utterance_words WHERE rowid IN (SELECT id FROM utterances WHERE tenant = ? AND session_id = ?)',
      values: [tenant, sessionId],
    },
  ],
  matching: (words) => ({
    join: 'JOIN utterance_words ON utterance_words.rowid = u.id AND utterance_words MATCH ?',
    rank: '-bm25(utterance_words)',
    values: [words.map((word) => `"${word}"`).join(' OR ')],
  }),
  bytes:
    'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
  async scrub(connection) {
    await connection.all('PRAGMA incremental_vacuum');
    await connection.all('PRAGMA wal_checkpoint(TRUNCATE)');
  },
};
