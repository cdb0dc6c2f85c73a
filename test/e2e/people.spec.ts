import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { ROLES, SCOPES, type ServerMessage, SUBPROTOCOL } from '@rapport-live/protocol';
import { ENDPOINT_RIGHTS, ENDPOINT_ROLES } from '../../src/gateway/auth/rights';
import { UserFile } from '../../src/gateway/auth/people/user-file';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { makeCertificate } from '../support/certificate';
import { eventually } from '../support/eventually';
import { readLog } from '../support/local-log';
import { addUser, cookieOfAnswer, logIn, PASSWORD, tryLogIn } from '../support/people';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

const KEY = 'key-of-acme-0123456789';
const HOUR_MS = 3600_000;
const ID = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';

describe('people', () => {
  let service: RunningService;
  let nowMs = 1_800_000_000_000;
  const cookies = new Map<string, string>();

  beforeAll(async () => {
    const many = { perSecond: 10_000, burst: 10_000 };
    const throttle = {
      knocks: many,
      addressKnocks: many,
      addressFailures: many,
      addressNoise: many,
      maxAddresses: 100,
    };
    const apiKeys = [{ tenant: 'acme', key: KEY, scopes: SCOPES }];
    service = await startService({ apiKeys }, new ScriptedPool(), { throttle }, { wallClock: () => nowMs });
    for (const role of ROLES) await addUser(service, { name: role, tenant: 'acme', role });
    await addUser(service, { name: 'mia', tenant: 'acme', role: 'supervisor', teams: ['sales'] });
    await addUser(service, { name: 'gus', tenant: 'globex', role: 'admin' });
    for (const name of [...ROLES, 'mia', 'gus']) cookies.set(name, await logIn(service, name));
  });
  afterAll(() => service.close());

  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: object): Promise<Response> =>
    fetch(`${service.http}${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const as = (name: string): Record<string, string> => ({ cookie: cookies.get(name)! });
  const fault = async (answer: Response): Promise<[number, string]> => [
    answer.status,
    ((await answer.json()) as { code: string }).code,
  ];
  const me = async (cookie: string): Promise<[number, string]> => {
    const answer = await ask('GET', '/v1/me', { cookie });
    const { userId, code } = (await answer.json()) as { userId?: string; code?: string };
    return [answer.status, userId ?? code ?? ''];
  };

  it('log in by name and password, and are told who they are', async () => {
    const answer = await tryLogIn(service, ' Mia ', PASSWORD);
    const who = { userId: 'local:mia', tenant: 'acme', role: 'supervisor', teams: ['sales'], seesNames: true };
    expect(await answer.json()).toEqual({ ...who, expiresAt: new Date(nowMs + 12 * HOUR_MS).toISOString() });
    const set = answer.headers.get('set-cookie');
    expect(set).toMatch(/^rapport_login=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await (await ask('GET', '/v1/me', { cookie: cookieOfAnswer(answer) })).json()).toEqual(who);
    expect(await (await ask('GET', '/v1/me', as('analyst'))).json()).toMatchObject({
      ...{ role: 'analyst', teams: 'all', seesNames: false },
    });
    expect(await (await ask('GET', '/v1/me', { authorization: `Bearer ${KEY}` })).json()).toMatchObject({
      ...{ userId: expect.stringMatching(/^key:[0-9a-f]{8}$/), tenant: 'acme', role: 'admin', teams: 'all' },
    });
  });

  it.each([
    ['a wrong password', 'mia', `${PASSWORD}!`],
    ['an account that is not there', 'nobody', PASSWORD],
    ['a name that no account can have', '__proto__', PASSWORD],
    ['the development key, where keys are configured', 'development', 'rapport-development'],
  ])('with %s are refused in the same words', async (_what, user, password) => {
    const answer = await tryLogIn(service, user, password);
    expect(answer.headers.get('set-cookie')).toBeNull();
    const text = await answer.text();
    expect([answer.status, JSON.parse(text)]).toEqual([
      401,
      expect.objectContaining({ code: 'login_failed', message: 'There is no account with this name and password.' }),
    ]);
    expect(text).not.toContain(password);
  });

  it.each([
    ['no field', {}],
    ['no password', { user: 'mia' }],
    ['a password of 1,025 characters', { user: 'mia', password: 'x'.repeat(1025) }],
    ['a number for a name', { user: 7, password: PASSWORD }],
  ])('with %s are refused, and no value is repeated', async (_what, body) => {
    const answer = await ask('POST', '/v1/login', {}, body);
    const text = await answer.text();
    expect([answer.status, text.includes('invalid_request')]).toEqual([400, true]);
    expect(text).not.toContain('xxxx');
  });

  it('guess an account a bounded number of times, right or wrong, there or not; others go on', async () => {
    for (const user of ['victim', 'victim-who-is-not-there']) {
      if (user === 'victim') await addUser(service, { name: user, tenant: 'acme', role: 'analyst' });
      const statuses: number[] = [];
      for (let i = 0; i < 10; i += 1) statuses.push((await tryLogIn(service, user, `guess ${i}`)).status);
      expect(statuses).toEqual(Array(10).fill(401));
      const answer = await tryLogIn(service, user, PASSWORD);
      expect(await fault(answer)).toEqual([429, 'rate_limited']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await tryLogIn(service, 'mia', PASSWORD)).status).toBe(200);
  });

  it('whose log-in is over are told so, by a code that a page can act on: expired login', async () => {
    const [idle, used] = [await logIn(service, 'mia'), await logIn(service, 'mia')];
    nowMs += HOUR_MS - 1;
    expect(await me(used)).toEqual([200, 'local:mia']);
    nowMs += 1;
    expect(await me(idle)).toEqual([401, 'login_expired']);
    for (let hour = 1; hour < 12; hour += 1) {
      expect(await me(used)).toEqual([200, 'local:mia']);
      nowMs += HOUR_MS - 1;
    }
    nowMs += 11;
    expect(await me(used)).toEqual([401, 'login_expired']);
    expect(await me('rapport_login=nobody-gave-it')).toEqual([401, 'login_expired']);
    expect(await me('rapport_login=')).toEqual([401, 'unauthorized']);
    for (const name of [...ROLES, 'mia', 'gus']) cookies.set(name, await logIn(service, name));
  });

  it('that were logged in long ago do not lock their address out', async () => {
    for (let i = 0; i < 40; i += 1) expect((await me('rapport_login=of-yesterday'))[0]).toBe(401);
    expect(await me(cookies.get('mia')!)).toEqual([200, 'local:mia']);
  });

  it('log out, once and again', async () => {
    const cookie = await logIn(service, 'mia');
    const answer = await ask('POST', '/v1/logout', { cookie, origin: service.http });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
      204,
      'rapport_login=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect(await me(cookie)).toEqual([401, 'login_expired']);
    expect((await ask('POST', '/v1/logout', { cookie })).status).toBe(204);
    expect((await ask('POST', '/v1/logout')).status).toBe(204);
  });

  it('that log in again in the same browser leave the log-in before', async () => {
    const before = await logIn(service, 'mia');
    await tryLogIn(service, 'supervisor', PASSWORD, { cookie: before, origin: service.http });
    expect(await me(before)).toEqual([401, 'login_expired']);
  });

  it('who are removed, or get another password or role, feel it while the service runs', async () => {
    await addUser(service, { name: 'eve', tenant: 'acme', role: 'admin' });
    await addUser(service, { name: 'max', tenant: 'acme', role: 'admin' });
    const [eve, max] = [await logIn(service, 'eve'), await logIn(service, 'max')];
    await new UserFile(service.config.dataDir).change((users) =>
      users
        .filter(({ name }) => name !== 'eve')
        .map((user) => (user.name === 'max' ? { ...user, role: 'analyst' as const } : user)),
    );
    await eventually(async () => (await me(eve))[0] === 401);
    expect(await me(eve)).toEqual([401, 'login_expired']);
    expect(await (await ask('GET', '/v1/me', { cookie: max })).json()).toMatchObject({ role: 'analyst' });
    await new UserFile(service.config.dataDir).change((users) =>
      users.map((user) => (user.name === 'max' ? { ...user, password: `${user.password}!` } : user)),
    );
    await eventually(async () => (await me(max))[0] === 401);
  });

  describe('on pages of others', () => {
    const evil = { origin: 'https://evil.example' };

    it('change nothing by a cookie that the browser sends by itself', async () => {
      const path = '/v1/intents/ask_for_menu';
      const own = { ...as('admin'), origin: service.http };
      expect((await ask('DELETE', path, own)).status).toBe(404); // there is no such intent
      for (const headers of [{}, evil, { origin: 'null' }, { origin: 'http://localhost' }]) {
        expect(await fault(await ask('DELETE', path, { ...as('admin'), ...headers }))).toEqual([403, 'forbidden']);
      }
      expect(await fault(await ask('GET', '/v1/me', { ...as('admin'), ...evil }))).toEqual([403, 'forbidden']);
    });

    it('neither log in nor out', async () => {
      expect(await fault(await tryLogIn(service, 'mia', PASSWORD, evil))).toEqual([403, 'forbidden']);
      expect(await fault(await ask('POST', '/v1/logout', { ...as('mia'), ...evil }))).toEqual([403, 'forbidden']);
      expect(await me(cookies.get('mia')!)).toEqual([200, 'local:mia']);
    });
  });

  describe('have the rights of their role', () => {
    const roleScopes = {
      supervisor: ['monitor', 'search'],
      analyst: ['monitor', 'search'],
      admin: ['monitor', 'search', 'admin'],
    };
    const closed = Object.entries(ENDPOINT_RIGHTS).flatMap(([name, rule]) =>
      typeof rule === 'string' || name === 'GET /v1/stream' ? [] : [{ name, rule: rule as readonly string[] }],
    );
    it.each(closed)('$name', async ({ name, rule }) => {
      const [method = '', path = ''] = name.split(' ');
      for (const role of ROLES) {
        const filled = path.replace(':name', 'ask_for_menu').replace(/:id\b/, ID);
        const headers = { ...as(role), origin: service.http };
        const answer = await ask(
          method,
          filled,
          headers,
          ['GET', 'HEAD'].includes(method) ? undefined : { scopes: ['monitor'] },
        );
        const isRight =
          rule.some((scope) => roleScopes[role].includes(scope)) && (ENDPOINT_ROLES[name]?.includes(role) ?? true);
        if (!isRight) expect([role, ...(await fault(answer))]).toEqual([role, 403, 'forbidden']);
        else expect([role, [401, 403, 429].includes(answer.status) && (await answer.text())]).toEqual([role, false]);
      }
    });

    it('and open no connection with a cookie', async () => {
      await expect(RawClient.openWith(service.url, { protocols: [SUBPROTOCOL], headers: as('admin') })).rejects.toThrow(
        /401/,
      );
    });
  });

  it('watch sessions of their teams, and analysts without names', async () => {
    const begin = async (team?: string): Promise<string> => {
      const own = await RawClient.open(service.url, KEY);
      const session = {
        customerId: 'customer-0815',
        agentId: 'agent-42',
        externalId: 'call-1',
        channel: 'voice' as const,
      };
      const consent = { analysis: true };
      await own.start({ session: { ...session, consent, ...(team === undefined ? {} : { team }) } });
      return own.received.find((message) => message.type === 'session.ready')!.sessionId;
    };
    const [sales, billing, none] = [await begin('sales'), await begin('billing'), await begin()];
    const watch = async (name: string, sessionId: string): Promise<ServerMessage> => {
      const headers = { ...as(name), origin: service.http };
      const { token } = (await (await ask('POST', '/v1/tokens', headers, { scopes: ['monitor'] })).json()) as {
        token: string;
      };
      const client = await RawClient.openWith(service.url, { protocols: [SUBPROTOCOL, `rapport.token.${token}`] });
      client.json({ type: 'session.observe', sessionId });
      const answer = await client.until((m): m is ServerMessage => m.type === 'session.state' || m.type === 'error');
      client.abort();
      return answer;
    };
    expect(JSON.stringify(await watch('mia', sales))).toContain('customer-0815');
    for (const [name, sessionId] of [
      ['mia', billing],
      ['mia', none],
      ['gus', sales],
    ] as const) {
      expect(await watch(name, sessionId)).toMatchObject({ type: 'error', code: 'session_unknown' });
    }
    expect(await watch('supervisor', none)).toMatchObject({ type: 'session.state' });
    const nameless = JSON.stringify(await watch('analyst', billing));
    expect(nameless).toContain('"team":"billing"');
    expect(nameless).not.toMatch(/customer-0815|agent-42|call-1/);

    await watch('mia', sales); // told already
    const viewed = async (): Promise<unknown[]> =>
      (await readLog(service.config.dataDir)).flatMap(({ event }) =>
        event.type === 'rapport.audit.viewed' && (event.data as { what: string }).what === 'session'
          ? [event.data]
          : [],
      );
    await eventually(async () => (await viewed()).length >= 3);
    const saw = (userId: string, role: string, sessionId: string): object =>
      expect.objectContaining({ userId, role, what: 'session', sessionId });
    expect(await viewed()).toEqual([
      saw('local:mia', 'supervisor', sales),
      saw('local:supervisor', 'supervisor', none),
      saw('local:analyst', 'analyst', billing),
    ]);
  });
});

describe('over TLS', () => {
  it('the cookie is for this host alone', async () => {
    const service = await startService({ tls: makeCertificate() });
    try {
      await addUser(service, { name: 'mia', tenant: 'development', role: 'admin' });
      const set = await new Promise<string[]>((resolve, reject) => {
        const asked = httpsRequest(
          `${service.http.replace('http:', 'https:')}/v1/login`,
          { method: 'POST', rejectUnauthorized: false },
          (answer) => resolve(answer.resume().headers['set-cookie'] ?? []),
        );
        asked.on('error', reject).end(JSON.stringify({ user: 'mia', password: PASSWORD }));
      });
      expect(set).toEqual([
        expect.stringMatching(/^__Host-rapport=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/),
      ]);
    } finally {
      await service.close();
    }
  });
});

describe('on a first start', () => {
  let service: RunningService;
  beforeAll(async () => (service = await startService()));
  afterAll(() => service.close());
  const development = async (headers: Record<string, string> = {}): Promise<unknown> =>
    ((await (await fetch(`${service.http}/v1/login`, { headers })).json()) as { development: unknown }).development;

  it('whoever sits at the machine gets in as development, until there is an account', async () => {
    expect(await development()).toBe(true);
    const cookie = await logIn(service, 'development', 'rapport-development');
    const ask = (): Promise<Response> => fetch(`${service.http}/v1/me`, { headers: { cookie } });
    expect(await (await ask()).json()).toMatchObject({ userId: 'local:development', role: 'admin', teams: 'all' });
    await addUser(service, { name: 'mia', tenant: 'development', role: 'admin' });
    await eventually(async () => (await ask()).status === 401);
    expect(await development()).toBe(false);
    expect((await tryLogIn(service, 'development', 'rapport-development')).status).toBe(401);
    const kept = readFileSync(join(service.config.dataDir, 'people/users.json'), 'utf8');
    expect(kept).toMatch(/^\{"format":1,"users":\[\{"name":"mia".*\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(kept).not.toContain(PASSWORD);
  });
});
