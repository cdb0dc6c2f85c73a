import type { SessionFilter } from '../history-store';
import type { SqlValue } from './sql';

/** The condition of a filter on `s`, the sessions. */
export function sessionCondition(filter: SessionFilter): {
  readonly sql: string;
  readonly values: readonly SqlValue[];
} {
  const parts: string[] = ['s.tenant = ?'];
  const values: SqlValue[] = [filter.tenant];
  const add = (sql: string, ...given: readonly SqlValue[]): void => {
    parts.push(sql);
    values.push(...given);
  };
  const { visibleTeams, emotion, live } = filter;
  // an empty list sees nothing
  if (visibleTeams !== undefined) add(`s.team IN (${places(visibleTeams)})`, ...visibleTeams);
  const same = {
    session_id: filter.sessionId,
    team: filter.team,
    agent_id: filter.agentId,
    customer_id: filter.customerId,
    ...{ queue: filter.queue, channel: filter.channel, language: filter.language },
  };
  for (const [column, value] of Object.entries(same)) if (value !== undefined) add(`s.${column} = ?`, value);
  if (filter.fromMs !== undefined) add('s.started_ms >= ?', filter.fromMs);
  if (filter.toMs !== undefined) add('s.started_ms < ?', filter.toMs);
  if (live !== undefined) add(`s.ended_ms IS ${live ? 'NULL' : 'NOT NULL'}`);
  const ofSession = (table: string): string =>
    `FROM ${table} x WHERE x.tenant = s.tenant AND x.session_id = s.session_id`;
  if (filter.intent !== undefined) add(`EXISTS (SELECT 1 ${ofSession('intents')} AND x.intent = ?)`, filter.intent);
  if (emotion !== undefined) {
    add(`EXISTS (SELECT 1 ${ofSession('peaks')} AND x.emotion = ? AND x.confidence >= ?)`, emotion.label, emotion.min);
  }
  return { sql: parts.join(' AND '), values };
}

/** `?, ?, ?`; of none `NULL`, which nothing is in. */
export const places = (values: readonly unknown[]): string =>
  values.length === 0 ? 'NULL' : values.map(() => '?').join(', ');
