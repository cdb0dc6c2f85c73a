import { join } from 'node:path';
import type { ErasureAnswer, ErrorBody } from '@rapport-live/protocol';
import { rapport } from '../cli/command-line';
import { ChatSession } from '../support/chat-session';
import { eventually } from '../support/eventually';
import { filesWith } from '../support/files-with';
import { readLog } from '../support/local-log';
import { RawClient } from '../support/raw-client';
import { isType } from '../support/raw-session';
import { type RunningService, startService } from '../support/service';

const KEY = 'acme-key-0123456789abcdef';
const ADMIN = 'acme-admin-0123456789abcdef';
const OTHER_ADMIN = 'globex-admin-0123456789abcdef';
const KEYS = [
  { tenant: 'acme', key: KEY },
  { tenant: 'acme', key: ADMIN, scopes: ['admin'] as const },
  { tenant: 'globex', key: OTHER_ADMIN, scopes: ['admin'] as const },
];
const CUSTOMER = 'ann@example.com / 4711';
const SECRET = 'grandmother';
const KEPT = 'lighthouse';

describe('erasure', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS });
  });
  afterAll(() => service.close());

  const erase = async (path: string, key = ADMIN): Promise<{ status: number; body: ErasureAnswer & ErrorBody }> => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${service.http}/v1/${path}`, { method: 'DELETE', headers });
    return { status: response.status, body: (await response.json()) as ErasureAnswer & ErrorBody };
  };

  it('takes a customer out of everything that is kept, running or over, and leaves the others', async () => {
    const over = await ChatSession.start(service.url, KEY, CUSTOMER);
    await over.say(`My ${SECRET} lives in Ghent.`);
    await over.end();
    const live = await ChatSession.start(service.url, KEY, CUSTOMER);
    await live.say(`Tell my ${SECRET}, too.`);
    const other = await ChatSession.start(service.url, KEY, 'customer-2');
    await other.say(`The ${KEPT} is mine.`);
    const observer = await RawClient.open(service.url, KEY);
    observer.json({ type: 'session.observe', sessionId: live.sessionId });
    await observer.until(isType('session.state'));
    expect(filesWith(service.config.dataDir, SECRET).length).toBeGreaterThan(0);

    const { status, body } = await erase(`customers/${encodeURIComponent(CUSTOMER)}`);
    expect(status).toBe(200);
    expect([...body.sessions].sort()).toEqual([over.sessionId, live.sessionId].sort());
    expect(body).toMatchObject({ dataKeys: 0 });
    expect(body.records).toBeGreaterThanOrEqual(6);

    // files, client, observer, and whoever comes back
    expect(filesWith(service.config.dataDir, SECRET, CUSTOMER)).toEqual([]);
    expect(filesWith(service.config.dataDir, KEPT).length).toBeGreaterThan(0);
    expect(await live.client.closed).toMatchObject({ status: 1000 });
    expect(live.results.at(-1)!.event.data).toMatchObject({ reason: 'consent_withdrawn', incomplete: true });
    await eventually(() => observer.received.filter(isType('result')).at(-1)?.event.type === 'rapport.session.ended');
    for (const sessionId of body.sessions) {
      const late = await RawClient.open(service.url, KEY);
      late.json({ type: 'session.observe', sessionId });
      expect((await late.error()).code).toBe('session_unknown');
      const { resumeToken } = (sessionId === over.sessionId ? over : live).client.received.find(isType('session.ready'))!; // prettier-ignore
      const back = await RawClient.open(service.url, KEY);
      back.json({ type: 'session.resume', sessionId, resumeToken, ackedResultSeq: 0 });
      expect((await back.error()).code).toBe('session_unknown');
      late.abort();
      back.abort();
    }
    // the other one goes on
    await other.say(`And so is the ${KEPT} keeper.`);
    await other.end();
    observer.abort();

    const log = await readLog(service.config.dataDir);
    const ids = log.filter(({ event }) => event.subject === other.sessionId).map(({ seq }) => seq);
    expect(ids).toEqual(ids.map((_, i) => i + 1));
    const audits = log.filter(({ event }) => event.type === 'rapport.audit.erased');
    expect(audits.map(({ event }) => event.data)).toEqual([
      { part: 0, by: 'customer', sessions: body.sessions, records: body.records, dataKeys: 0 },
    ]);
    expect(JSON.stringify(audits)).not.toMatch(/ann@|example.com/);
    expect(log.filter(({ event }) => event.type === 'rapport.session.erased').map(({ event }) => event.subject)).toEqual(body.sessions); // prettier-ignore
  });

  it('reaches no other tenant, and refuses what is no id', async () => {
    const session = await ChatSession.start(service.url, KEY, 'customer-3');
    await session.say(`Here stands a ${KEPT}.`);
    await session.end();
    expect(await erase('customers/customer-3', OTHER_ADMIN)).toMatchObject({ status: 200, body: { sessions: [], records: 0 } }); // prettier-ignore
    expect(await erase(`sessions/${session.sessionId}`, OTHER_ADMIN)).toMatchObject({
      status: 200,
      body: { records: 0 },
    });
    const log = await readLog(service.config.dataDir, session.sessionId);
    expect(log.filter(({ event }) => event.tenant === 'acme').at(-1)!.event.type).toBe('rapport.session.ended');
    expect(await erase('sessions/everything')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await erase(`customers/${'x'.repeat(257)}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });

  it('is asked for from the command line', async () => {
    const session = await ChatSession.start(service.url, KEY, 'customer-5');
    await session.say('A word that nobody else says: zeppelin.');
    await session.end();
    const args = ['erase', '--session', session.sessionId, '--url', service.http, '--key', ADMIN];
    const no = await rapport(args, {}, 'n\n');
    expect([no.code, no.stdout]).toEqual([1, '']);
    expect(filesWith(join(service.config.dataDir, 'outbox'), 'zeppelin').length).toBe(1);
    const yes = await rapport(args, {}, 'y\n');
    expect(yes).toMatchObject({ code: 0 });
    expect(yes.stdout).toMatch(
      new RegExp(`^Erased: 1 session, \\d+ records of the local log\\.\n${session.sessionId}\n$`),
    );
    expect(filesWith(service.config.dataDir, 'zeppelin')).toEqual([]);
    expect((await rapport(['erase'])).stderr).toContain('needs --session or --customer');
    expect((await rapport(['erase', '--session', session.sessionId, '--yes', '--url', service.http, '--key', KEY])).stderr).toContain('(forbidden)'); // prettier-ignore
  });
});
