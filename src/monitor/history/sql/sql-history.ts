import type { Emotion, EventType } from '@rapport-live/protocol';
import type { TapPosition } from '../../../delivery/record-tap';
import type {
  BareUtterance,
  FinalPlace,
  FoundMoment,
  HistoryStore,
  MomentName,
  SessionFilter,
  SessionPlace,
  StoredCorrection,
  StoredEvent,
  StoredFinal,
  StoredIntent,
  StoredPeak,
  StoredSession,
} from '../history-store';
import type { HistoryFact } from '../ingest/history-fact';
import type { SqlDialect } from './dialect';
import { eraseStatements, factStatements, statement } from './fact-statements';
import { readMeta, setMeta } from './meta';
import { MigratedDatabase } from './migrated-database';
import { places, sessionCondition } from './session-condition';
import type { SqlConnection, SqlRow } from './sql';

const OF_SESSION = 'JOIN sessions s ON s.tenant = u.tenant AND s.session_id = u.session_id';
const SESSION = `s.tenant, s.session_id, s.started_ms, s.ended_ms, s.duration_ms, s.reason, s.external_id, s.customer_id,
  s.agent_id, s.team, s.queue, s.channel, s.language`;
const UTTERANCE = 'u.session_id, u.utterance_id, u.party, u.start_ms, u.end_ms, u.text';
/** Sessions that one transaction erases. */
const MAX_ERASED_AT_ONCE = 50;

/** Utterances whose embeddings one transaction removes. */
const UNEMBEDDED_AT_ONCE = 5000;

/** The history in an SQL database. */
export class SqlHistory implements HistoryStore {
  private readonly db: MigratedDatabase;

  constructor(
    connection: SqlConnection,
    private readonly dialect: SqlDialect,
  ) {
    this.db = new MigratedDatabase(connection, dialect);
  }

  /** As `ready`; closes the connection where it rejects. */
  static async open(connection: SqlConnection, dialect: SqlDialect): Promise<SqlHistory> {
    const history = new SqlHistory(connection, dialect);
    try {
      await history.ready();
      return history;
    } catch (error) {
      await history.close();
      throw error;
    }
  }

  /**
   * Makes the tables, or brings those of an older format up to this one, unless that was done. Rejects with `data_format`, or with what
   * the database says: then the next question tries it again.
   */
  ready(): Promise<void> {
    return this.db.ready();
  }

  async position(logId: string): Promise<TapPosition | undefined> {
    const offset = await readMeta(this.db, placeIn(logId));
    return offset === undefined ? undefined : { logId, offset: Number(offset) };
  }

  async keep(facts: readonly HistoryFact[], { logId, offset }: TapPosition): Promise<void> {
    const statements = facts.flatMap((fact) => factStatements(fact, this.dialect));
    await this.db.transaction([...statements, setMeta(placeIn(logId), String(offset))]);
  }

  async sessions(filter: SessionFilter, limit: number, after?: SessionPlace): Promise<readonly StoredSession[]> {
    const condition = sessionCondition(filter);
    const behind = after === undefined ? '' : 'AND (s.started_ms < ? OR (s.started_ms = ? AND s.session_id < ?))';
    const rows = await this.db.all(
      `SELECT ${SESSION} FROM sessions s WHERE ${condition.sql} ${behind}
       ORDER BY s.started_ms DESC, s.session_id DESC LIMIT ?`,
      [...condition.values, ...(after === undefined ? [] : [after.startedMs, after.startedMs, after.sessionId]), limit],
    );
    return rows.map(sessionOf);
  }

  async peaks(tenant: string, sessionIds: readonly string[]): Promise<readonly StoredPeak[]> {
    const rows = await this.db.all(
      `SELECT session_id, emotion, confidence, at_ms FROM peaks WHERE tenant = ? AND session_id IN (${places(sessionIds)})
       ORDER BY confidence DESC`,
      [tenant, ...sessionIds],
    );
    return rows.map((row) => ({
      ...{ sessionId: String(row.session_id), emotion: row.emotion as Emotion },
      ...{ confidence: Number(row.confidence), atMs: Number(row.at_ms) },
    }));
  }

  async intents(tenant: string, sessionIds: readonly string[]): Promise<readonly StoredIntent[]> {
    const rows = await this.db.all(
      `SELECT session_id, intent, score, at_ms FROM intents WHERE tenant = ? AND session_id IN (${places(sessionIds)})
       ORDER BY score DESC`,
      [tenant, ...sessionIds],
    );
    return rows.map((row) => ({
      ...{ sessionId: String(row.session_id), intent: String(row.intent) },
      ...{ score: Number(row.score), atMs: Number(row.at_ms) },
    }));
  }

  async events(tenant: string, sessionId: string, afterSeq: number, limit: number): Promise<readonly StoredEvent[]> {
    const rows = await this.db.all(
      'SELECT id, json FROM events WHERE tenant = ? AND session_id = ? AND id > ? ORDER BY id LIMIT ?',
      [tenant, sessionId, afterSeq, limit],
    );
    return rows.map(eventOfRow);
  }

  async eventsOfType(tenant: string, sessionId: string, type: EventType, limit: number, beforeSeq?: number) {
    const before = beforeSeq === undefined ? '' : 'AND id < ?';
    const rows = await this.db.all(
      `SELECT id, json FROM events WHERE tenant = ? AND session_id = ? AND type = ? ${before} ORDER BY id DESC LIMIT ?`,
      [tenant, sessionId, type, ...(beforeSeq === undefined ? [] : [beforeSeq]), limit],
    );
    return rows.map(eventOfRow);
  }

  async finals(tenant: string, sessionId: string, limit: number, after?: FinalPlace): Promise<readonly StoredFinal[]> {
    const behind = after === undefined ? '' : 'AND (u.start_ms > ? OR (u.start_ms = ? AND u.id > ?))';
    const rows = await this.db.all(
      `SELECT u.id, u.start_ms, e.json FROM utterances u JOIN events e ON e.event_id = u.event_id
       WHERE u.tenant = ? AND u.session_id = ? ${behind} ORDER BY u.start_ms, u.id LIMIT ?`,
      [tenant, sessionId, ...(after === undefined ? [] : [after.startMs, after.startMs, after.seq]), limit],
    );
    return rows.map(({ id, start_ms, json }) => ({
      ...{ startMs: Number(start_ms), seq: Number(id), json: String(json) },
    }));
  }

  async eventOf(tenant: string, sessionId: string, { windowEndMs, utteranceId }: MomentName) {
    const [table, column, value] =
      windowEndMs === undefined ? (['utterances', 'utterance_id', utteranceId!] as const) : (['windows', 'end_ms', windowEndMs] as const); // prettier-ignore
    const [row] = await this.db.all(
      `SELECT e.json FROM ${table} m JOIN events e ON e.event_id = m.event_id
       WHERE m.tenant = ? AND m.session_id = ? AND m.${column} = ? LIMIT 1`,
      [tenant, sessionId, value],
    );
    return row === undefined ? undefined : String(row.json);
  }

  async corrections(tenant: string, limit: number, afterEventId?: string): Promise<readonly StoredCorrection[]> {
    const behind = afterEventId === undefined ? '' : 'AND id > (SELECT id FROM events WHERE event_id = ?)';
    const rows = await this.db.all(
      `SELECT session_id, event_id, at_ms, json FROM events WHERE tenant = ? AND type = ? ${behind} ORDER BY id LIMIT ?`,
      [tenant, 'rapport.monitor.correction', ...(afterEventId === undefined ? [] : [afterEventId]), limit],
    );
    return rows.map((row) => ({
      ...{ sessionId: String(row.session_id), eventId: String(row.event_id) },
      ...{ atMs: Number(row.at_ms), json: String(row.json) },
    }));
  }

  async nearestUtterances(vector: Float32Array, filter: SessionFilter, limit: number) {
    const condition = sessionCondition(filter);
    const rows = await this.db.all(
      `SELECT ${UTTERANCE}, ${this.dialect.distance('u.embedding')} AS distance FROM utterances u ${OF_SESSION}
       WHERE u.embedding IS NOT NULL AND ${condition.sql} ORDER BY distance, u.id LIMIT ?`,
      [this.dialect.vector(vector), ...condition.values, limit],
    );
    return rows.map((row) => utteranceOf(row, 1 - Number(row.distance)));
  }

  async matchingUtterances(words: readonly string[], filter: SessionFilter, limit: number) {
    if (words.length === 0) return [];
    const condition = sessionCondition(filter);
    const { join, rank, values } = this.dialect.matching(words);
    const rows = await this.db.all(
      `SELECT ${UTTERANCE}, ${rank} AS rank FROM utterances u ${join} ${OF_SESSION}
       WHERE ${condition.sql} ORDER BY rank DESC, u.id LIMIT ?`,
      [...values, ...condition.values, limit],
    );
    return rows.map((row) => utteranceOf(row, Number(row.rank)));
  }

  async nearestWindows(vector: Float32Array, filter: SessionFilter, limit: number) {
    const condition = sessionCondition(filter);
    const rows = await this.db.all(
      `SELECT u.session_id, u.start_ms, u.end_ms, u.label, u.confidence, ${this.dialect.distance('u.embedding')} AS distance
       FROM windows u ${OF_SESSION} WHERE u.embedding IS NOT NULL AND ${condition.sql} ORDER BY distance, u.id LIMIT ?`,
      [this.dialect.vector(vector), ...condition.values, limit],
    );
    return rows.map((row): FoundMoment => ({
      ...{ sessionId: String(row.session_id), kind: 'window', score: 1 - Number(row.distance) },
      ...{ startMs: Number(row.start_ms), endMs: Number(row.end_ms) },
      ...(row.label === null ? {} : { label: String(row.label), confidence: Number(row.confidence) }),
    }));
  }

  async vectorsAt(tenant: string, sessionId: string, atMs: number) {
    const read = async (table: string): Promise<Float32Array | undefined> => {
      // nearest by time among those that hold the moment, or end behind it
      const [row] = await this.db.all(
        `SELECT embedding FROM ${table} WHERE tenant = ? AND session_id = ? AND embedding IS NOT NULL AND end_ms >= ?
         ORDER BY end_ms LIMIT 1`,
        [tenant, sessionId, atMs],
      );
      return row === undefined ? undefined : this.dialect.readVector(row.embedding!);
    };
    const [window, utterance] = [await read('windows'), await read('utterances')];
    return { ...(window && { window }), ...(utterance && { utterance }) };
  }

  async bareUtterances(afterSeq: number, limit: number): Promise<readonly BareUtterance[]> {
    const rows = await this.db.all(
      'SELECT id, event_id, text FROM utterances WHERE embedding IS NULL AND id > ? ORDER BY id LIMIT ?',
      [afterSeq, limit],
    );
    return rows.map(({ id, event_id, text }) => ({ seq: Number(id), eventId: String(event_id), text: String(text) }));
  }

  async embed(vectors: readonly { readonly eventId: string; readonly vector: Float32Array }[]): Promise<void> {
    const { dialect, db } = this;
    const sql = `UPDATE utterances SET embedding = ${dialect.vectorPlace} WHERE event_id = ?`;
    await db.transaction(vectors.map(({ eventId, vector }) => statement(sql, dialect.vector(vector), eventId)));
  }

  async useEncoder(name: string): Promise<void> {
    if ((await readMeta(this.db, 'encoder')) === name) return;
    const [newest] = await this.db.all('SELECT MAX(id) AS id FROM utterances');
    // in parts, so that none lasts: done twice, after a fault, it is as if it was done once
    for (let from = 0; from < Number(newest!.id ?? 0); from += UNEMBEDDED_AT_ONCE) {
      const sql = 'UPDATE utterances SET embedding = NULL WHERE id > ? AND id <= ? AND embedding IS NOT NULL';
      await this.db.all(sql, [from, from + UNEMBEDDED_AT_ONCE]);
    }
    await this.db.transaction([setMeta('encoder', name)]);
  }

  async erase(tenant: string, sessionIds: readonly string[]): Promise<void> {
    for (let at = 0; at < sessionIds.length; at += MAX_ERASED_AT_ONCE) {
      const some = sessionIds.slice(at, at + MAX_ERASED_AT_ONCE);
      await this.db.transaction(some.flatMap((id) => eraseStatements(tenant, id, this.dialect)));
    }
    await this.dialect.scrub?.(this.db);
  }

  async sessionsOf(tenant: string, customerId: string): Promise<readonly string[]> {
    const rows = await this.db.all('SELECT session_id FROM sessions WHERE tenant = ? AND customer_id = ?', [
      ...[tenant, customerId],
    ]);
    return rows.map((row) => String(row.session_id));
  }

  async removeOlder(beforeMs: number, limit: number): Promise<number> {
    return this.remove(
      await this.db.all(
        'SELECT tenant, session_id FROM sessions WHERE COALESCE(ended_ms, started_ms) < ? ORDER BY started_ms LIMIT ?',
        [beforeMs, limit],
      ),
    );
  }

  async removeOldest(count: number): Promise<number> {
    return this.remove(
      await this.db.all('SELECT tenant, session_id FROM sessions ORDER BY ended_ms IS NULL, started_ms LIMIT ?', [
        count,
      ]),
    );
  }

  async bytes(): Promise<number> {
    const { bytes } = this.dialect;
    if (bytes === undefined) return 0;
    const [row] = await this.db.all(bytes);
    return Number(row!.bytes);
  }

  private async remove(rows: readonly SqlRow[]): Promise<number> {
    for (let at = 0; at < rows.length; at += MAX_ERASED_AT_ONCE) {
      const some = rows.slice(at, at + MAX_ERASED_AT_ONCE);
      await this.db.transaction(
        some.flatMap((row) => eraseStatements(String(row.tenant), String(row.session_id), this.dialect)),
      );
    }
    if (rows.length > 0) await this.dialect.scrub?.(this.db);
    return rows.length;
  }

  close(): Promise<void> {
    return this.db.close();
  }
}

/** Each log has its own, since services that share a database read one each. */
const placeIn = (logId: string): string => `position in ${logId}`;

const eventOfRow = ({ id, json }: SqlRow): StoredEvent => ({ seq: Number(id), json: String(json) });

function utteranceOf(row: SqlRow, score: number): FoundMoment {
  return {
    ...{ sessionId: String(row.session_id), kind: 'utterance', utteranceId: String(row.utterance_id) },
    ...{ startMs: Number(row.start_ms), endMs: Number(row.end_ms), party: String(row.party), text: String(row.text) },
    score,
  };
}

function sessionOf(row: SqlRow): StoredSession {
  const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
  const number = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
  return {
    ...{ tenant: String(row.tenant), sessionId: String(row.session_id), startedMs: Number(row.started_ms) },
    ...{ endedMs: number(row.ended_ms), durationMs: number(row.duration_ms), reason: text(row.reason) },
    ...{ externalId: text(row.external_id), customerId: text(row.customer_id), agentId: text(row.agent_id) },
    ...{ team: text(row.team), queue: text(row.queue), channel: text(row.channel), language: text(row.language) },
  };
}
