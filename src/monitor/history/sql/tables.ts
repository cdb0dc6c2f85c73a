interface ColumnTypes {
  /** Of the number that a row gets. */
  readonly key: string;
  readonly real: string;
  readonly integer: string;
  readonly vectors: { readonly utterance: string; readonly window: string };
}

/**
 * The tables of format version 1, in the SQL that both databases take. What belongs to a session has its tenant and id: every
 * question names a tenant, and an erasure is the same condition everywhere. Times of media are ms since `session.start`.
 */
export const TABLES = ({ key, real, integer, vectors }: ColumnTypes): readonly string[] => [
  `CREATE TABLE sessions (
    tenant TEXT NOT NULL, session_id TEXT NOT NULL, started_ms ${integer} NOT NULL, ended_ms ${integer},
    duration_ms ${real}, reason TEXT, external_id TEXT, customer_id TEXT, agent_id TEXT, team TEXT, queue TEXT,
    channel TEXT, language TEXT, PRIMARY KEY (tenant, session_id))`,
  'CREATE INDEX sessions_started ON sessions (tenant, started_ms, session_id)',
  'CREATE INDEX sessions_customer ON sessions (tenant, customer_id)',
  `CREATE TABLE events (
    id ${key}, event_id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, session_id TEXT NOT NULL,
    type TEXT NOT NULL, at_ms ${integer} NOT NULL, json TEXT NOT NULL)`,
  'CREATE INDEX events_session ON events (tenant, session_id, id)',
  'CREATE INDEX events_type ON events (tenant, type, id)',
  `CREATE TABLE utterances (
    id ${key}, event_id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, session_id TEXT NOT NULL, utterance_id TEXT NOT NULL,
    party TEXT NOT NULL, start_ms ${real} NOT NULL, end_ms ${real} NOT NULL, text TEXT NOT NULL,
    embedding ${vectors.utterance})`,
  'CREATE INDEX utterances_session ON utterances (tenant, session_id, start_ms)',
  'CREATE INDEX utterances_bare ON utterances (id) WHERE embedding IS NULL',
  `CREATE TABLE windows (
    id ${key}, event_id TEXT NOT NULL UNIQUE, tenant TEXT NOT NULL, session_id TEXT NOT NULL, start_ms ${real} NOT NULL,
    end_ms ${real} NOT NULL, label TEXT, confidence ${real}, embedding ${vectors.window})`,
  'CREATE INDEX windows_session ON windows (tenant, session_id, end_ms)',
  `CREATE TABLE peaks (
    tenant TEXT NOT NULL, session_id TEXT NOT NULL, emotion TEXT NOT NULL, confidence ${real} NOT NULL,
    at_ms ${real} NOT NULL, PRIMARY KEY (tenant, session_id, emotion))`,
  `CREATE TABLE intents (
    tenant TEXT NOT NULL, session_id TEXT NOT NULL, intent TEXT NOT NULL, score ${real} NOT NULL,
    at_ms ${real} NOT NULL, PRIMARY KEY (tenant, session_id, intent))`,
];

/** Whose rows belong to a session; utterances last, since their words are found by them. */
export const SESSION_TABLES = ['events', 'windows', 'peaks', 'intents', 'utterances', 'sessions'] as const;
