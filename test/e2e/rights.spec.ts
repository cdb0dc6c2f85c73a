import { createHash } from 'node:crypto';
import {
  BUILT_CLIENT_MESSAGES,
  CLIENT_MESSAGE_TYPES,
  type ClientMessage,
  type ClientMessageType,
  SCOPES,
  type Scope,
  type ServerMessage,
  SUBPROTOCOL,
} from '@rapport-live/protocol';
import type { Express } from 'express';
import { ENDPOINT_RIGHTS, MESSAGE_RIGHTS } from '../../src/gateway/auth/rights';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { makeJwt } from '../support/jwt';
import { RawClient, refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

const SECRET = 'a secret of thirty-two characters';
const JWT = {
  ...{ secret: SECRET, issuer: 'https://issuer.example', audience: 'rapport', algorithms: ['HS256'] },
  ...{ tenantClaim: 'tenant', scopesClaim: 'scope', leewayS: 30 },
};
/** One key a scope, one with all, one that has expired. */
const keyOf = (scopes: string): string => `key-of-acme-for-${scopes}-0123456789`;
const ALL = keyOf('all');
const EXPIRED = keyOf('yesterday');
const KEYS = [
  ...SCOPES.map((scope) => ({ tenant: 'acme', key: keyOf(scope), scopes: [scope] })),
  { tenant: 'acme', key: ALL, scopes: SCOPES },
  { tenant: 'globex', key: keyOf('globex'), scopes: SCOPES },
  { tenant: 'acme', sha256: createHash('sha256').update(EXPIRED).digest('hex'), scopes: SCOPES, expiresAtMs: 1 },
];

const NOW_S = 1_800_000_000;
const CLAIMS = { iss: JWT.issuer, aud: JWT.audience, exp: NOW_S + 60, tenant: 'acme', scope: SCOPES.join(' ') };
const jwt = (claims: object = {}, alg = 'HS256', secret: string | undefined = SECRET): string =>
  makeJwt({ alg }, { ...CLAIMS, ...claims }, secret);

/** No word of these may come back or be logged. */
const WRONG_BEARERS: Record<string, string | undefined> = {
  'no credential': undefined,
  'an unknown key': 'key-of-nobody-0123456789',
  'an expired key': EXPIRED,
  'the hash of a key': createHash('sha256').update(ALL).digest('hex'),
  'the development key': 'rapport-development',
  'an expired JWT': jwt({ exp: NOW_S - 31 }),
  'a JWT without expiry': jwt({ exp: undefined }),
  'a JWT for another audience': jwt({ aud: 'other' }),
  'a JWT of another issuer': jwt({ iss: 'https://evil.example' }),
  'a JWT with a wrong signature': jwt({}, 'HS256', `${SECRET}!`),
  'a JWT by alg none': makeJwt({ alg: 'none' }, CLAIMS),
  'a JWT by another algorithm': jwt({}, 'HS512'),
  'a JWT of no tenant': jwt({ tenant: undefined }),
  'a JWT of a tenant that is a path': jwt({ tenant: '../globex' }),
};

const ID = '0198c0de-7a31-7c44-9d1e-2f5a3b6c7d80';
/** One of each. */
const MESSAGES: { [T in ClientMessageType]: Omit<Extract<ClientMessage, { type: T }>, 'type' | 'ref'> } = {
  'session.start': {} as never, // the schema fills in all of it
  'session.resume': { sessionId: ID, resumeToken: 'token', ackedResultSeq: 0 },
  'session.end': {},
  'session.pause': { ptsMs: 0, reason: 'payment' },
  'session.unpause': { ptsMs: 0 },
  'session.observe': { sessionId: ID },
  'session.unobserve': { sessionId: ID },
  'stream.open': { stream: { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' } },
  'stream.end': { streamId: 1 },
  'chat.message': { party: 'customer', text: 'hello' },
  'media.gap': {
    ...{ streamId: 1, fromPtsMs: 0, toPtsMs: 1, nextSeq: 0, nextByteOffset: 0, reason: 'device' },
  },
  'result.ack': { seq: 0 },
  'consent.update': { consent: { analysis: true } },
  'participant.update': { ptsMs: 0, action: 'joined', party: 'agent' },
  ping: {},
};

const closed = Object.entries(ENDPOINT_RIGHTS).flatMap(([name, rule]) => {
  const [method = '', path = ''] = name.split(' ');
  return rule === 'open' || rule === 'login'
    ? []
    : [{ name, method, path: path.replace(':name', 'ask_for_menu').replace(':id', ID), scopes: rule }];
});
const without = (wanted: readonly Scope[]): Scope[] => SCOPES.filter((scope) => !wanted.includes(scope));

describe('rights', () => {
  let service: RunningService;
  let nowMs = NOW_S * 1000;

  beforeAll(async () => {
    const many = { perSecond: 10_000, burst: 10_000 };
    const throttle = {
      knocks: many,
      addressKnocks: many,
      addressFailures: many,
      addressNoise: many,
      maxAddresses: 100,
    };
    const overrides = { apiKeys: KEYS, jwt: JWT };
    service = await startService(overrides, new ScriptedPool(), { throttle }, { wallClock: () => nowMs });
  });
  afterAll(() => service.close());

  interface Answer {
    readonly status: number;
    readonly text: string;
    readonly code: string | undefined;
  }

  /** A request, or an upgrade where the endpoint is one. */
  async function ask(
    { method, path }: { method: string; path: string },
    bearer: string | undefined,
    more: Record<string, string> = {},
    body = '{}',
  ): Promise<Answer> {
    const headers = { ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }), ...more };
    if (path === '/v1/stream') {
      const answer = await refusedUpgrade(service.url, SUBPROTOCOL, headers).catch(() => undefined);
      if (answer === undefined) return { status: 101, text: '', code: undefined };
      return { status: answer.status, text: JSON.stringify(answer.body), code: answer.body.code };
    }
    const response = await fetch(`${service.http}${path}`, {
      method,
      headers,
      ...(['GET', 'HEAD'].includes(method) ? {} : { body }),
    });
    // events go on and on
    const isEndless = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    const text = isEndless ? '' : await response.text();
    if (isEndless) await response.body!.cancel();
    return {
      status: response.status,
      text,
      code: text === '' ? undefined : (JSON.parse(text) as { code?: string }).code,
    };
  }

  const token = async (request: object = {}, key = ALL): Promise<string> => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${service.http}/v1/tokens`, {
      method: 'POST',
      headers,
      body: JSON.stringify(request),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { token: string }).token;
  };
  const withToken = (text: string, headers: Record<string, string> = {}): Promise<RawClient> =>
    RawClient.openWith(service.url, { protocols: [SUBPROTOCOL, `rapport.token.${text}`], headers });

  it('every endpoint that there is has a rule, and every rule an endpoint', () => {
    const { stack } = (service.app.getHttpAdapter().getInstance() as Express).router;
    // without what Nest mounts for middleware, which answers nothing
    const routes = stack.flatMap(({ route }) => (route === undefined || route.path === '/{*path}' ? [] : route));
    const there = routes.flatMap(({ path, stack: layers }) =>
      layers.map(({ method }) => `${method.toUpperCase()} ${path}`),
    );
    expect([...new Set(there)].sort()).toEqual(
      Object.keys(ENDPOINT_RIGHTS)
        .filter((name) => name !== 'GET /v1/stream') // an upgrade
        .sort(),
    );
  });

  it('every message that there is has a rule and an example here', () => {
    expect(Object.keys(MESSAGE_RIGHTS).sort()).toEqual([...CLIENT_MESSAGE_TYPES].sort());
    expect(Object.keys(MESSAGES).sort()).toEqual([...CLIENT_MESSAGE_TYPES].sort());
  });

  describe.each(closed)('$name', (endpoint) => {
    it.each(Object.entries(WRONG_BEARERS))('refuses %s with 401', async (_what, bearer) => {
      const { status, code, text } = await ask(endpoint, bearer);
      expect([status, code]).toEqual([401, 'unauthorized']);
      if (bearer !== undefined) expect(text).not.toContain(bearer);
    });

    it('refuses a browser token as a key', async () => {
      expect(await ask(endpoint, await token())).toMatchObject({ status: 401, code: 'unauthorized' });
    });

    it.each(without(endpoint.scopes))('refuses a key and a JWT with the scope %s alone', async (scope) => {
      const refusal = { status: 403, code: 'forbidden', text: expect.stringContaining(endpoint.scopes.join(' or ')) };
      expect(await ask(endpoint, keyOf(scope))).toMatchObject(refusal);
      expect(await ask(endpoint, jwt({ scope }))).toMatchObject(refusal);
    });

    it('refuses a JWT without any scope', async () => {
      expect(await ask(endpoint, jwt({ scope: undefined }))).toMatchObject({ status: 403, code: 'forbidden' });
    });

    it('refuses a page of another origin', async () => {
      const { status, code, text } = await ask(endpoint, ALL, { origin: 'https://evil.example' });
      expect([status, code]).toEqual([403, 'forbidden']);
      expect(text).toContain('https://evil.example');
    });

    it.each(endpoint.scopes)('lets in the scope %s, by key and by JWT', async (scope) => {
      for (const right of [keyOf(scope), jwt({ scope })]) {
        // What is then said of the body is not the door's.
        const body = JSON.stringify({ scopes: [scope] });
        const { status } = await ask(endpoint, right, { origin: service.http }, body);
        expect([401, 403, 429]).not.toContain(status);
      }
    });
  });

  it('a request for a token needs each scope that it asks for', async () => {
    const asked = async (scopes: Scope[], key: string): Promise<number> => {
      const headers = { authorization: `Bearer ${key}` };
      const body = JSON.stringify({ scopes });
      return (await fetch(`${service.http}/v1/tokens`, { method: 'POST', headers, body })).status;
    };
    expect(await asked(['ingest'], keyOf('ingest'))).toBe(201);
    expect(await asked(['monitor'], keyOf('ingest'))).toBe(403);
    expect(await asked(['ingest', 'monitor'], keyOf('ingest'))).toBe(403);
    expect(await asked(['admin'], ALL)).toBe(400);
  });

  it('another method of an endpoint is not there, but for HEAD', async () => {
    expect(await ask({ method: 'HEAD', path: '/v1/intents' }, ALL)).toMatchObject({ status: 200 });
    expect(await ask({ method: 'PATCH', path: '/v1/intents/ask_for_menu' }, ALL)).toMatchObject({ status: 404 });
    expect(await ask({ method: 'GET', path: '/v1/tokens' }, ALL)).toMatchObject({ status: 404 });
  });

  /** Every message with every scope that gets a connection. */
  const said = Object.entries(MESSAGES).flatMap(([type, fields]) =>
    (['ingest', 'monitor'] as const).map((scope) => {
      const rule = MESSAGE_RIGHTS[type as ClientMessageType];
      return { type, fields, scope, isRight: rule === 'connected' || rule.includes(scope) };
    }),
  );

  it.each(said.filter(({ isRight }) => !isRight))(
    '$type is refused to the scope $scope of a key, a JWT or a browser token',
    async ({ type, fields, scope }) => {
      const isBuilt = (BUILT_CLIENT_MESSAGES as readonly string[]).includes(type);
      const clients = [
        await RawClient.open(service.url, keyOf(scope)),
        await RawClient.open(service.url, jwt({ scope })),
        await withToken(await token({ scopes: [scope] })),
      ];
      for (const client of clients) {
        client.json({ type, ...fields, ref: 'r-1' });
        expect(await client.error()).toMatchObject({ code: isBuilt ? 'forbidden' : 'not_supported', ref: 'r-1' });
        if (isBuilt) expect(await client.closed).toEqual({ status: 4403, reason: 'forbidden' });
        else client.abort();
      }
    },
  );

  it.each(said.filter(({ isRight }) => isRight))(
    '$type is not refused to the scope $scope for want of rights',
    async ({ type, fields, scope }) => {
      const client = await RawClient.open(service.url, keyOf(scope));
      client.json({ type, ...fields });
      client.json({ type: 'no.such.message' });
      await Promise.race([client.error(), client.closed]);
      expect(client.received).not.toContainEqual(expect.objectContaining({ code: 'forbidden' }));
      client.abort();
    },
  );

  it('a session of another tenant is as unknown as one that never was', async () => {
    const own = await RawClient.open(service.url, keyOf('ingest'));
    await own.start();
    const { sessionId } = own.received.find((message) => message.type === 'session.ready')!;
    for (const fields of [
      { type: 'session.observe', sessionId },
      { type: 'session.resume', sessionId, resumeToken: 'token', ackedResultSeq: 0 },
    ]) {
      const other = await RawClient.open(service.url, keyOf('globex'));
      other.json(fields);
      const { code } = await other.error();
      expect(code).toBe('session_unknown');
      expect(other.received).toHaveLength(1);
      other.abort();
    }
    own.abort();
  });

  it('a token for one session observes that one and no other', async () => {
    const own = await RawClient.open(service.url, keyOf('ingest'));
    await own.start();
    const { sessionId } = own.received.find((message) => message.type === 'session.ready')!;
    const client = await withToken(await token({ scopes: ['monitor'], sessionId }));
    client.json({ type: 'session.observe', sessionId });
    await client.until((m): m is Extract<ServerMessage, { type: 'session.state' }> => m.type === 'session.state');
    client.json({ type: 'session.observe', sessionId: ID });
    expect(await client.error()).toMatchObject({
      code: 'forbidden',
      message: expect.stringMatching(/another session/),
    });
    expect(await client.closed).toEqual({ status: 4403, reason: 'forbidden' });
    own.abort();
  });

  describe('a browser token', () => {
    const refusal = async (client: RawClient, code: string, status: number): Promise<void> => {
      expect(await client.error()).toMatchObject({ code, fatal: true });
      expect(await client.closed).toEqual({ status, reason: code });
      expect(client.received).toHaveLength(1);
    };

    it('opens one connection, whose subprotocol never names it', async () => {
      const text = await token();
      const client = await RawClient.openWith(service.url, { protocols: [`rapport.token.${text}`, SUBPROTOCOL] });
      expect(client.protocol).toBe(SUBPROTOCOL);
      await client.start();
      await refusal(await withToken(text), 'unauthorized', 4401);
      client.abort();
    });

    it('that nobody gave is told over the socket, since a page cannot read a refused upgrade', async () => {
      for (const text of ['', 'nobody-gave-it', ALL, jwt()]) {
        const client = await withToken(text);
        await refusal(client, 'unauthorized', 4401);
        if (text !== '') expect(JSON.stringify(client.received)).not.toContain(text);
      }
    });

    it('expires, and a session outlives it', async () => {
      const [early, late] = [await token({ expiresInS: 10 }), await token({ expiresInS: 10 })];
      nowMs += 9_999;
      const client = await withToken(early);
      await client.start();
      nowMs += 1;
      await refusal(await withToken(late), 'unauthorized', 4401);
      client.json({ type: 'session.end' });
      expect(await client.closed).toMatchObject({ status: 1000 });
    });

    it('for one origin is refused from others, and not used up by that', async () => {
      const text = await token({ origin: 'https://desk.example/any/path' });
      await refusal(await withToken(text, { origin: 'https://evil.example' }), 'forbidden', 4403);
      await refusal(await withToken(text, { origin: service.http }), 'forbidden', 4403);
      const client = await withToken(text, { origin: 'https://desk.example' });
      await client.start();
      client.abort();
    });

    it('is refused by HTTP where the page itself is wrong', async () => {
      const text = await token();
      const { status, body } = await refusedUpgrade(service.url, `rapport.token.${text}`, {});
      expect([status, body.code]).toEqual([400, 'unsupported_subprotocol']);
      expect(JSON.stringify(body)).not.toContain(text);
    });
  });

  it.each([
    ['an origin that no browser sends', { origin: 'mailto:a@example.com' }, /origin/],
    ['a session without the scope monitor', { sessionId: ID }, /monitor/],
    ['an hour and more', { expiresInS: 3601 }, /expiresInS/],
    ['a field that there is not', { tenant: 'globex' }, /tenant/],
  ])('no token is made for %s', async (_what, request, sentence) => {
    const headers = { authorization: `Bearer ${ALL}` };
    const answer = await fetch(`${service.http}/v1/tokens`, { method: 'POST', headers, body: JSON.stringify(request) });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_request', message: expect.stringMatching(sentence) });
  });
});
