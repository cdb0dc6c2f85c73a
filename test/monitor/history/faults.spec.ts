import type { ErrorBody, SearchAnswer, SessionEvents, SessionList } from '@rapport-live/protocol';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEPT_HISTORY, type KeptHistory } from '../../../src/monitor/history/kept-history';
import type { SqlConnection } from '../../../src/monitor/history/sql/sql';
import { ChatSession } from '../../support/chat-session';
import { eventually } from '../../support/eventually';
import { type RunningService, startService } from '../../support/service';
import { ServiceProcess } from '../../support/service-process';
import { exactly } from '../../support/exactly';

jest.setTimeout(60_000);

const ask = async <T>({ http, key }: Pick<RunningService, 'http' | 'key'>, path: string, method = 'GET') => {
  const response = await fetch(`${http}${path}`, { method, headers: { authorization: `Bearer ${key}` } });
  return { status: response.status, body: (await response.json()) as T & ErrorBody };
};
type Ready = { details: { history: { status: string; kept: boolean; reason?: string; troubles?: object } } };
const readiness = async (door: Pick<RunningService, 'http' | 'key'>) => {
  const { status, body } = await ask<Ready>(door, '/readyz');
  return { ...body.details.history, status };
};

/** Of one conversation, without what is of the audit trail. */
async function historyOf(door: Pick<RunningService, 'http' | 'key'>, sessionId: string): Promise<string[]> {
  const { body } = await ask<SessionEvents>(door, `/v1/sessions/${sessionId}/events?limit=1000`);
  return (body.events ?? []).filter(({ type }) => !type.startsWith('rapport.audit.')).map(({ id }) => id);
}
const idsOf = ({ results }: ChatSession): string[] => results.map(({ event }) => event.id);

describe('a history that cannot be opened', () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  it.each([
    [
      'a damaged file',
      (path: string) => writeFileSync(path, 'this was a database once, and is none any more'.repeat(200)),
    ],
    ['a folder in its place', (path: string) => mkdirSync(path)],
  ])('ends no conversation, is told, and is there again once it can be: %s', async (_what, damage) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'rapport-history-'));
    folders.push(dataDir);
    damage(join(dataDir, 'history.db'));
    let service = await startService({ dataDir });
    expect(await readiness(service)).toMatchObject({ status: 200, kept: false });
    expect((await readiness(service)).reason).toContain(join(dataDir, 'history.db'));
    const chat = await ChatSession.start(service.url, service.key);
    await chat.say('Where is my parcel?');
    await chat.end();
    expect(await ask(service, '/v1/sessions')).toMatchObject({ status: 503, body: { code: 'history_unavailable' } });
    const erased = await ask(service, `/v1/sessions/${chat.sessionId}`, 'DELETE');
    expect(erased).toMatchObject({ status: 503, body: { code: 'history_unavailable' } });
    const other = await ChatSession.start(service.url, service.key);
    await other.say('And my other parcel?');
    await other.end();
    await service.close();

    rmSync(join(dataDir, 'history.db'), { recursive: true });
    service = await startService({ dataDir });
    await eventually(async () => (await historyOf(service, other.sessionId)).length === other.results.length);
    expect(await historyOf(service, other.sessionId)).toEqual(idsOf(other));
    // what was refused then was finished at the start
    const { body } = await ask<SessionList>(service, '/v1/sessions');
    expect(body.sessions.map(({ sessionId }) => sessionId)).toEqual([other.sessionId]);
    await service.close();
  });
});

it('waits while the disk is full, holds up no conversation, and is complete afterwards, nothing twice', async () => {
  const service = await startService();
  const { history } = service.app.get<KeptHistory>(KEPT_HISTORY, { strict: false });
  const { db } = history!.store as unknown as { readonly db: SqlConnection };
  // SQLite's own bound of a file: it answers as with a full disk
  await db.all('PRAGMA max_page_count = 1');
  const chat = await ChatSession.start(service.url, service.key);
  for (let n = 0; n < 40; n += 1) await chat.say(`This is message ${n}, and it is long: ${'parcel '.repeat(40)}`);
  await eventually(async () => Object.keys((await readiness(service)).troubles ?? {}).includes('ingestion'));
  expect(await readiness(service)).toMatchObject({
    status: 200,
    kept: true,
    troubles: { ingestion: expect.stringContaining('full') },
  });
  await chat.say('Here we go on.');
  await chat.end();
  expect((await historyOf(service, chat.sessionId)).length).toBeLessThan(chat.results.length);

  await db.all('PRAGMA max_page_count = 1000000');
  await eventually(async () => (await historyOf(service, chat.sessionId)).length === chat.results.length);
  expect(await historyOf(service, chat.sessionId)).toEqual(idsOf(chat));
  expect(await readiness(service)).toMatchObject({ kept: true, troubles: exactly({}) });
  await service.close();
});

it('goes on after kill -9 where it was: every record once', async () => {
  const script = [process.execPath, 'test/support/scripted-service.cjs'];
  const first = new ServiceProcess({}, script);
  const later: ServiceProcess[] = [];
  const told: { sessionId: string; ids: string[] }[] = [];
  try {
    let door = await first.door();
    let running = first;
    for (let round = 0; round < 2; round += 1) {
      const chat = await ChatSession.start(door.url, door.key);
      for (let n = 0; n < 5; n += 1) await chat.say(`Round ${round}, message ${n} about a parcel.`);
      // the history has some of it, or all, or nothing
      await running.kill('SIGKILL');
      told.push({ sessionId: chat.sessionId, ids: idsOf(chat) });
      running = new ServiceProcess({ RAPPORT_DATA_DIR: first.dataDir }, script);
      later.push(running);
      door = await running.door();
    }
    for (const { sessionId, ids } of told) {
      await eventually(async () => (await historyOf(door, sessionId)).length >= ids.length);
      const kept = await historyOf(door, sessionId);
      expect(kept.slice(0, ids.length)).toEqual(ids);
      expect(new Set(kept).size).toBe(kept.length);
    }
    const found = await ask<SearchAnswer>(door, '/v1/search?q=round%201%20parcel&limit=50');
    const names = found.body.hits.map(({ session, utteranceId }) => `${session.sessionId} ${utteranceId}`);
    expect([names.length > 0, new Set(names).size]).toEqual([true, names.length]);
  } finally {
    for (const one of later.reverse()) await one.remove();
    await first.remove();
  }
});
