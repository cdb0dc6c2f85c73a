import type { ErrorBody, SearchAnswer, SessionEvents } from '@rapport-live/protocol';
import { ChatSession } from '../../support/chat-session';
import { eventually } from '../../support/eventually';
import { postgresInstalled } from '../../support/postgres/installed';
import { PostgresServer } from '../../support/postgres/postgres-server';
import { type RunningService, startService } from '../../support/service';

jest.setTimeout(120_000);

const ask = async <T>({ http, key }: RunningService, path: string, method = 'GET') => {
  const response = await fetch(`${http}${path}`, { method, headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as T & ErrorBody };
};

const KEEP_MS = 30 * 86_400_000;

type Ready = { details: { history: { kept: boolean; troubles: Readonly<Record<string, string>> } } };
const readiness = async (service: RunningService) => {
  const { status, body } = await ask<Ready>(service, '/readyz');
  return { ...body.details.history, status };
};

/** Of one conversation, without what is of the audit trail. */
async function historyOf(service: RunningService, sessionId: string): Promise<string[]> {
  const { body } = await ask<SessionEvents>(service, `/v1/sessions/${sessionId}/events?limit=1000`);
  return (body.events ?? []).filter(({ type }) => !type.startsWith('rapport.audit.')).map(({ id }) => id);
}
const idsOf = ({ results }: ChatSession): string[] => results.map(({ event }) => event.id);
const isWhole = async (service: RunningService, chat: ChatSession) =>
  (await historyOf(service, chat.sessionId)).length >= chat.results.length;

const installed = postgresInstalled();
const withPostgres = installed.ok ? describe : describe.skip;

withPostgres(
  installed.ok ? 'a service with PostgreSQL' : `a service with PostgreSQL (skipped: ${installed.reason})`,
  () => {
    let server: PostgresServer;
    let url: string;
    let service: RunningService;
    let chat: ChatSession;
    beforeAll(async () => {
      server = await PostgresServer.start();
      url = await server.database();
    });
    afterAll(async () => {
      await service?.close();
      await server.close();
    });

    const tables = ['sessions', 'events', 'utterances', 'windows', 'peaks', 'intents', 'utterance_words'];
    const none = Object.fromEntries(tables.map((table) => [table, 0]));
    const count = async () => {
      const counts = tables
        .map((table) => `SELECT '${table}' AS name, count(*)::int AS n FROM ${table}`)
        .join(' UNION ALL ');
      const rows = await server.ask<{ name: string; n: number }>(url, counts);
      return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
    };

    it('starts while its server is away, converses, says so, and is complete once the server is there', async () => {
      await server.down();
      service = await startService({ history: { kind: 'postgres', url, keepMs: KEEP_MS, maxBytes: 0 } });
      chat = await ChatSession.start(service.url, service.key, 'customer-1');
      await chat.say('Where is my parcel?');
      await eventually(async () => Object.keys((await readiness(service)).troubles).length > 1);
      const told = await readiness(service);
      const refused = expect.stringContaining('ECONNREFUSED') as string;
      expect(told).toMatchObject({ status: 200, kept: true, troubles: { ingestion: refused, retention: refused } });
      expect(JSON.stringify(told)).not.toContain(PostgresServer.PASSWORD);
      expect(await ask(service, '/v1/sessions')).toMatchObject({ status: 503, body: { code: 'history_unavailable' } });
      expect(await ask(service, '/v1/customers/customer-2', 'DELETE')).toMatchObject({ status: 503 });

      await server.up();
      await eventually(() => isWhole(service, chat));
      expect(await historyOf(service, chat.sessionId)).toEqual(idsOf(chat));
      // bug: retention was looked at again after a minute, and stood there as a fault until then
      await eventually(async () => Object.keys((await readiness(service)).troubles).length === 0);
    });

    it('loses nothing and keeps nothing twice when its connection is killed in the midst of a transaction', async () => {
      const waiting = `FROM pg_stat_activity WHERE application_name = 'rapport' AND wait_event_type = 'Lock'`;
      await server.holding(url, 'events', async () => {
        for (let n = 0; n < 5; n += 1) await chat.say(`Message ${n} about a double charge.`);
        await eventually(async () => (await server.ask(url, `SELECT pid ${waiting}`)).length > 0);
        const killed = await server.ask(url, `SELECT pg_terminate_backend(pid) AS done ${waiting}`);
        expect(killed).toContainEqual({ done: true });
        await eventually(async () => 'ingestion' in (await readiness(service)).troubles);
        await chat.say('Nobody who talks notices.');
      });
      await eventually(() => isWhole(service, chat));
      expect(await historyOf(service, chat.sessionId)).toEqual(idsOf(chat));
    });

    it('goes on after its server was killed and came back', async () => {
      await server.down();
      for (let n = 0; n < 5; n += 1) await chat.say(`Away, message ${n}.`);
      await server.up();
      await chat.say('Here we go on about the parcel.');
      await chat.end();
      await eventually(() => isWhole(service, chat));
      expect(await historyOf(service, chat.sessionId)).toEqual(idsOf(chat));
      const { body } = await ask<SearchAnswer>(service, '/v1/search?q=double%20charge&limit=50');
      const found = body.hits.map(({ utteranceId }) => utteranceId);
      expect([found.length > 4, new Set(found).size]).toEqual([true, found.length]);
    });

    it('has no row of a session that was erased', async () => {
      expect(await count()).toMatchObject({ sessions: 1, utterances: 13, utterance_words: 13 });
      expect(await ask(service, '/v1/customers/customer-1', 'DELETE')).toMatchObject({ status: 200 });
      expect(await ask(service, `/v1/sessions/${chat.sessionId}/events`)).toMatchObject({ status: 404 });
      expect(await count()).toEqual(none);
    });

    it('has no row of a session that is older than its days', async () => {
      const old = await ChatSession.start(service.url, service.key, 'customer-3');
      await old.say('Where is my other parcel?');
      await old.end();
      await eventually(() => isWhole(service, old));
      // on the day before it stays
      const history = { kind: 'postgres', url, keepMs: KEEP_MS, maxBytes: 0 } as const;
      const later = (days: number) => ({ wallClock: () => Date.now() + days * 86_400_000 });
      for (const [days, left] of [
        [29, 1],
        [31, 0],
      ] as const) {
        const next = await startService({ history }, undefined, {}, later(days));
        await eventually(async () => (await count()).sessions === left);
        await next.close();
        expect((await count()).sessions).toBe(left);
      }
      expect(await count()).toEqual(none);
    });
  },
);
