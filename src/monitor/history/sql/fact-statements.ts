import type { HistoryFact } from '../ingest/history-fact';
import type { SqlDialect } from './dialect';
import type { SqlStatement, SqlValue } from './sql';
import { SESSION_TABLES } from './tables';

/** What keeps one fact; done twice it is as if it was done once. */
export function factStatements(fact: HistoryFact, dialect: SqlDialect): readonly SqlStatement[] {
  const { tenant, sessionId } = fact;
  const key = [tenant, sessionId];
  switch (fact.kind) {
    case 'session':
      return [sessionStatement(fact)];
    case 'ended':
      return [
        statement(
          'UPDATE sessions SET ended_ms = ?, duration_ms = ?, reason = ? WHERE tenant = ? AND session_id = ?',
          ...[fact.endedMs, fact.durationMs, fact.reason, ...key],
        ),
      ];
    case 'language':
      return [statement('UPDATE sessions SET language = ? WHERE tenant = ? AND session_id = ?', fact.language, ...key)];
    case 'event':
      return [
        ...(fact.onlyKnown ? [] : [begun(tenant, sessionId)]),
        statement(
          `INSERT INTO events (event_id, tenant, session_id, type, at_ms, json)
           SELECT ?, tenant, session_id, ?, ?, ? FROM sessions WHERE tenant = ? AND session_id = ?
           ON CONFLICT DO NOTHING`,
          ...[fact.eventId, fact.type, fact.atMs, fact.json, ...key],
        ),
      ];
    case 'utterance':
      return [
        statement(
          `INSERT INTO utterances (event_id, tenant, session_id, utterance_id, party, start_ms, end_ms, text, embedding)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ${placeOf(fact, dialect)}) ON CONFLICT DO NOTHING`,
          ...[fact.eventId, ...key, fact.utteranceId, fact.party, fact.startMs, fact.endMs, fact.text],
          valueOf(fact, dialect),
        ),
        ...dialect.keepWords(fact.eventId, fact.text),
      ];
    case 'window':
      return [
        statement(
          `INSERT INTO windows (event_id, tenant, session_id, start_ms, end_ms, label, confidence, embedding)
           VALUES (?, ?, ?, ?, ?, ?, ?, ${placeOf(fact, dialect)}) ON CONFLICT DO NOTHING`,
          ...[fact.eventId, ...key, fact.startMs, fact.endMs, fact.label ?? null, fact.confidence ?? null],
          valueOf(fact, dialect),
        ),
      ];
    case 'peak':
      return [
        statement(
          `INSERT INTO peaks (tenant, session_id, emotion, confidence, at_ms) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (tenant, session_id, emotion) DO UPDATE
           SET confidence = excluded.confidence, at_ms = excluded.at_ms WHERE excluded.confidence > peaks.confidence`,
          ...[...key, fact.emotion, fact.confidence, fact.atMs],
        ),
      ];
    case 'intent':
      return [
        statement(
          `INSERT INTO intents (tenant, session_id, intent, score, at_ms) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (tenant, session_id, intent) DO UPDATE
           SET score = excluded.score, at_ms = excluded.at_ms WHERE excluded.score > intents.score`,
          ...[...key, fact.intent, fact.score, fact.atMs],
        ),
      ];
    case 'erased':
      return eraseStatements(tenant, sessionId, dialect);
  }
}

type Embedded = Pick<Extract<HistoryFact, { kind: 'utterance' | 'window' }>, 'vector'>;
const placeOf = ({ vector }: Embedded, dialect: SqlDialect): string =>
  vector === undefined ? '?' : dialect.vectorPlace;
const valueOf = ({ vector }: Embedded, dialect: SqlDialect): SqlValue =>
  vector === undefined ? null : dialect.vector(vector);

/** Everything of one session. */
export function eraseStatements(tenant: string, sessionId: string, dialect: SqlDialect): readonly SqlStatement[] {
  return [
    ...dialect.forgetWords(tenant, sessionId),
    ...SESSION_TABLES.map((table) =>
      statement(`DELETE FROM ${table} WHERE tenant = ? AND session_id = ?`, tenant, sessionId),
    ),
  ];
}

type SessionFact = Extract<HistoryFact, { kind: 'session' }>;

/** The start of a session tells all; a session of which something else came first was only named. */
function sessionStatement(fact: SessionFact): SqlStatement {
  return statement(
    `INSERT INTO sessions (tenant, session_id, started_ms, external_id, customer_id, agent_id, team, queue, channel, language)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, session_id) DO UPDATE
     SET started_ms = excluded.started_ms, external_id = excluded.external_id, customer_id = excluded.customer_id,
       agent_id = excluded.agent_id, team = excluded.team, queue = excluded.queue, channel = excluded.channel,
       language = COALESCE(excluded.language, sessions.language)`,
    ...[fact.tenant, fact.sessionId, fact.startedMs, fact.externalId ?? null, fact.customerId ?? null],
    ...[fact.agentId ?? null, fact.team ?? null, fact.queue ?? null, fact.channel ?? null, fact.language ?? null],
  );
}

/** A session whose start has left the log: its id, a UUIDv7, says when it began (RFC 9562, 5.7). */
function begun(tenant: string, sessionId: string): SqlStatement {
  const startedMs = parseInt(sessionId.replace('-', '').slice(0, 12), 16);
  return statement(
    'INSERT INTO sessions (tenant, session_id, started_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    ...[tenant, sessionId, Number.isSafeInteger(startedMs) ? startedMs : 0],
  );
}

export const statement = (sql: string, ...values: readonly SqlValue[]): SqlStatement => ({ sql, values });
