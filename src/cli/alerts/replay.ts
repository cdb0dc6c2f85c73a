import { readFileSync } from 'node:fs';
import type { TypedEvent } from '@rapport-live/protocol';
import type { AlertResult } from '../../alerts/alert-results';
import { type CompiledRule, compileRule } from '../../alerts/compiled-rule';
import { DEFAULT_RULES } from '../../alerts/default-rules';
import { parseRulesText } from '../../alerts/rule-text';
import type { LogRecord } from '../../delivery/record-line';
import { clock } from '../clock';
import { command, pathOf, type Surroundings } from '../command';
import { LogFollower } from '../log/log-follower';
import { logFolder, recordFilter } from '../log/record-filter';
import { EXIT, misuse, Refusal } from '../refusal';
import { textTable } from '../table';
import { RecordedSession } from './recorded-session';

const BUILT_IN = 'default';

export const alertsReplay = command(
  {
    name: 'alerts replay',
    usage: 'RULES [SESSION...]',
    summary: 'Runs alert rules over the sessions in the local log, and prints what they would have told.',
    notes: [
      `RULES is a rules file (docs/alerts.md), or "${BUILT_IN}" for those that are built in. SESSION is the beginning or end of an id.`,
      'Nothing is written: not to the log, not to Kafka, to no webhook.',
    ],
    specs: {},
  },
  async ([name, ...wanted], _options, around) => {
    if (name === undefined) throw misuse(`alerts replay needs a rules file, or "${BUILT_IN}".`);
    const rulesOf = readRules(name, around);
    const filters = wanted.map((session) => recordFilter({ session }));
    const told: { readonly session: string; readonly results: readonly AlertResult[] }[] = [];
    const records = new LogFollower(logFolder(around.config().dataDir)).take();
    for await (const { tenant, session, recorded } of recordedSessions(records, filters)) {
      told.push({ session, results: recorded.replay(rulesOf(tenant)) });
    }
    if (told.length === 0) {
      throw new Refusal('The log has no such session: `npm run rapport -- tail --type session` lists them.');
    }
    const rows = told.flatMap(({ session, results }) => results.map((result) => rowOf(session, result)));
    if (rows.length > 0) around.stdout.write(`${textTable(HEADER, rows, [1])}\n\n`);
    around.stdout.write(`${told.length} ${told.length === 1 ? 'session' : 'sessions'}: ${counted(told)}\n`);
    return EXIT.ok;
  },
);

/** By tenant, as the rules file states them. */
function readRules(name: string, around: Surroundings): (tenant: string) => readonly CompiledRule[] {
  if (name === BUILT_IN) return () => DEFAULT_RULES;
  let text: string;
  try {
    text = readFileSync(pathOf(around, name), 'utf8');
  } catch (error) {
    throw new Refusal(`${name} cannot be read (${(error as NodeJS.ErrnoException).code}): name a rules file.`);
  }
  const file = parseRulesText(text, name);
  return (tenant) => (file.tenants?.[tenant] ?? file).rules.map(compileRule);
}

interface Recorded {
  readonly tenant: string;
  readonly session: string;
  readonly recorded: RecordedSession;
}

/** Each as it ends in the log, then those that have not ended; what has lost its beginning to retention is left out. */
async function* recordedSessions(
  records: AsyncIterable<LogRecord>,
  filters: readonly ((record: LogRecord) => boolean)[],
): AsyncGenerator<Recorded> {
  const open = new Map<string, Recorded>();
  for await (const record of records) {
    const { key, event } = record;
    if (filters.length > 0 && !filters.some((wants) => wants(record))) continue;
    if (event.type === 'rapport.session.started') {
      open.set(key, { tenant: event.tenant, session: event.subject, recorded: new RecordedSession() });
    }
    const session = open.get(key);
    session?.recorded.take(event as TypedEvent);
    if (session === undefined || event.type !== 'rapport.session.ended') continue;
    open.delete(key);
    yield session;
  }
  yield* open.values();
}

const HEADER = ['session', 'at', 'step', 'severity', 'rule', 'why'];

function rowOf(session: string, { data }: AlertResult): string[] {
  const { windowEndMs, ruleId, severity, step, evidence = [], clearReason = '' } = data;
  const why = evidence.map(({ condition, of = '', value = '', phrase = '' }) =>
    [condition, of, value, phrase].filter((word) => word !== '').join(' '),
  );
  return [session.slice(-6), clock(windowEndMs), step, severity, ruleId, why.join('; ') || clearReason];
}

/** `anger 2, silence 1`: how often each rule would have raised an alert. */
function counted(told: readonly { readonly results: readonly AlertResult[] }[]): string {
  const counts = new Map<string, number>();
  for (const { data } of told.flatMap(({ results }) => results)) {
    if (data.step === 'raised') counts.set(data.ruleId, (counts.get(data.ruleId) ?? 0) + 1);
  }
  return counts.size === 0 ? 'no alert' : [...counts].map(([rule, count]) => `${rule} ${count}`).join(', ');
}
