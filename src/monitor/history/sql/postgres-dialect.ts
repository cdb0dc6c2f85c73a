import type { SqlDialect } from './dialect';
import { TABLES } from './tables';
import { asked, textVector } from './text-vector';

/** Widths of what the text encoder and the fusion network give. */
const VECTORS = { utterance: 'vector(384)', window: 'vector(128)' };

/**
 * PostgreSQL with the extension `vector` (pgvector). Words are a tsvector beside the utterance. A word counts for more the rarer it is,
 * as in BM25: ts_rank alone knows how often it is said and how long the utterance is. Deleted rows are out of reach at once; their bytes
 * go with the server's vacuum, its log and its backups.
 */
export const POSTGRES: SqlDialect = {
  migrations: [
    [
      'CREATE EXTENSION IF NOT EXISTS vector',
      ...TABLES({
        key: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
        ...{ real: 'DOUBLE PRECISION', integer: 'BIGINT', vectors: VECTORS },
      }),
      'CREATE TABLE utterance_words (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)',
      'CREATE INDEX utterance_words_words ON utterance_words USING gin (words)',
    ],
  ],
  vector: (values) => `[${Array.from(values).join(',')}]`,
  vectorPlace: '?::vector',
  readVector: (value) => Float32Array.from(JSON.parse(value as string) as number[]),
  distance: (column) => `(${column} <=> ?::vector)`,
  keepWords: (eventId, text) => [
    {
      sql: `INSERT INTO utterance_words (id, words) SELECT id, ?::tsvector FROM utterances WHERE event_id = ?
        ON CONFLICT DO NOTHING`,
      values: [textVector(text), eventId],
    },
  ],
  forgetWords: (tenant, sessionId) => [
    {
      sql: 'DELETE FROM utterance_words WHERE id IN (SELECT id FROM utterances WHERE tenant = ? AND session_id = ?)',
      values: [tenant, sessionId],
    },
  ],
  matching: (words) => ({
    join: `JOIN utterance_words w ON w.id = u.id AND w.words @@ ?::tsquery
      CROSS JOIN (
        SELECT array_agg(word) AS words, array_agg(ln(1 + (every.n - those.n + 0.5) / (those.n + 0.5))) AS weights
        FROM (SELECT count(*)::float8 AS n FROM utterance_words) every, unnest(string_to_array(?, ' ')::tsquery[]) AS word,
          LATERAL (SELECT count(*)::float8 AS n FROM utterance_words WHERE words @@ word) those
      ) asked`,
    rank: `(SELECT sum(one.weight * ts_rank(w.words, one.word, 1))
      FROM unnest(asked.words, asked.weights) AS one (word, weight))`,
    values: [asked(words).join(' | '), asked(words).join(' ')],
  }),
};
