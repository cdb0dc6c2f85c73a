import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket } from 'node:net';
import { request as requestTls } from 'node:https';
import { SUBPROTOCOL } from '@rapport-live/protocol';
import { WebSocket } from 'ws';
import { StartPace } from '../../src/gateway/admission/start-pace';
import { DEFAULT_THROTTLE } from '../../src/gateway/admission/throttle';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { makeCertificate } from '../support/certificate';
import { makeJwt } from '../support/jwt';
import { eventually } from '../support/eventually';
import { RawClient, refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

const KEYS = [
  { tenant: 'acme', key: 'key-of-acme-0123456789' },
  { tenant: 'globex', key: 'key-of-globex-0123456789' },
];
const [ACME, GLOBEX] = [KEYS[0]!.key, KEYS[1]!.key];

/** The door against those who knock too often, too slowly, or for too much. */
describe('the door', () => {
  let service: RunningService;
  let clients: RawClient[] = [];
  afterEach(async () => {
    clients.forEach((client) => client.abort());
    clients = [];
    await service.close();
  });

  const begin = async (...args: Parameters<typeof startService>): Promise<void> => {
    service = await startService(...args);
  };
  const enter = async (key = ACME): Promise<RawClient> => {
    const client = await RawClient.open(service.url, key);
    clients.push(client);
    return client;
  };
  const refused = (key = ACME, headers = {}) =>
    refusedUpgrade(service.url, SUBPROTOCOL, { authorization: `Bearer ${key}`, ...headers });
  const still = { perSecond: 0.001, burst: 3 };

  it('a handshake that waited for its turn when the service closed was let in behind that, and nobody closed it', async () => {
    await begin({ apiKeys: KEYS }, new ScriptedPool(), { maxStartShare: 0.001, maxStartRunMs: 0 });
    await enter();
    const late = refused();
    const pace = service.app.get(StartPace, { strict: false });
    await eventually(() => pace.length === 1);
    await service.close();
    expect(await late).toMatchObject({ status: 503, body: { code: 'server_shutdown' } });
    await begin();
  });

  it('refuses an address that knocks too often, by upgrade and by request, and tells when to come back', async () => {
    await begin({ apiKeys: KEYS }, new ScriptedPool(), { throttle: { ...DEFAULT_THROTTLE, addressKnocks: still } });
    const live = await enter();
    await live.start();
    await enter();
    expect((await fetch(`${service.http}/v1/intents`, { headers: { authorization: `Bearer ${ACME}` } })).status).toBe(
      200,
    );

    const answer = await refused();
    expect(answer).toMatchObject({ status: 429, body: { code: 'rate_limited', retryAfterMs: expect.any(Number) } });
    const asked = await fetch(`${service.http}/v1/intents`, { headers: { authorization: `Bearer ${ACME}` } });
    expect(asked.status).toBe(429);
    expect(Number(asked.headers.get('retry-after'))).toBeGreaterThan(900);
    // neither those who are in nor probes are held up
    expect((await fetch(`${service.http}/readyz`)).status).toBe(200);
    live.json({ type: 'session.end' });
    expect(await live.closed).toMatchObject({ status: 1000 });
  });

  it('refuses an address whose keys are wrong much sooner', async () => {
    await begin({ apiKeys: KEYS }, new ScriptedPool(), { throttle: { ...DEFAULT_THROTTLE, addressFailures: still } });
    for (let i = 0; i < 3; i += 1) expect((await refused(`wrong-key-${i}`)).status).toBe(401);
    expect(await refused('wrong-key-4')).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  });

  it('stands a flood: each knock is answered, and who is in goes on', async () => {
    await begin({ apiKeys: KEYS });
    const live = await enter();
    await live.start();
    const answers = await Promise.all(Array.from({ length: 150 }, () => refused('wrong-key')));
    const { burst, perSecond } = DEFAULT_THROTTLE.addressFailures;
    const unauthorized = answers.filter(({ status }) => status === 401).length;
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(150 - unauthorized);
    expect(unauthorized).toBeGreaterThanOrEqual(burst);
    expect(unauthorized).toBeLessThan(burst + 60 * perSecond);
    live.json({ type: 'chat.message', party: 'customer', text: 'Where is my refund?' });
    live.json({ type: 'session.end' });
    expect(await live.closed).toMatchObject({ status: 1000 });
    expect(live.received.at(-1)).toMatchObject({ type: 'result', event: { type: 'rapport.session.ended' } });
  });

  it('tells addresses apart by what a trusted proxy says, and by nobody else', async () => {
    const throttle = { ...DEFAULT_THROTTLE, addressFailures: still };
    await begin({ apiKeys: KEYS, trustedProxies: ['loopback'] }, new ScriptedPool(), { throttle });
    const from = (address: string) => refused('wrong-key', { 'x-forwarded-for': address });
    for (let i = 0; i < 3; i += 1) await from('203.0.113.1');
    expect((await from('203.0.113.1')).status).toBe(429);
    expect((await from('203.0.113.1, 203.0.113.2')).status).toBe(401);
    expect((await from('203.0.113.2, 203.0.113.1')).status).toBe(429);
  });

  it('keeps no connection without a session beyond the limit of an address', async () => {
    await begin({ apiKeys: KEYS }, new ScriptedPool(), { maxUnstartedPerAddress: 2 });
    const first = await enter();
    const second = await enter();
    const refusal = { status: 429, body: { code: 'quota_exceeded', message: expect.stringMatching(/2 connections/) } };
    expect(await refused()).toMatchObject(refusal);
    await first.start();
    await enter();
    expect(await refused()).toMatchObject(refusal);
    second.abort();
    await second.closed;
    await entersSoon();
  });

  /** The server learns of an abort a moment after us. */
  async function entersSoon(): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await enter();
        return;
      } catch (error) {
        if (attempt === 100) throw error;
      }
    }
  }

  it('holds a tenant to its connections, its sessions and its starts, and no other tenant', async () => {
    await begin({ apiKeys: KEYS, tenantQuota: { maxConnections: 3, maxSessions: 1, maxStartsPerMinute: 2 } });
    const first = await enter();
    await first.start();
    const second = await enter();
    second.json({ type: 'session.start', ref: 's-2' });
    expect(await second.error()).toMatchObject({
      ...{ code: 'quota_exceeded', ref: 's-2', retryAfterMs: 1000, message: expect.stringMatching(/1 sessions/) },
    });
    expect(await second.closed).toEqual({ status: 1013, reason: 'quota_exceeded' });

    first.json({ type: 'session.end' });
    await first.closed;
    const third = await enter();
    await third.start(); // the refused one was not counted as begun
    third.json({ type: 'session.end' });
    await third.closed;
    const fourth = await enter();
    fourth.json({ type: 'session.start' });
    expect(await fourth.error()).toMatchObject({ code: 'quota_exceeded', message: expect.stringMatching(/minute/) });
    await fourth.closed;

    await Promise.all([enter(), enter(), enter()]);
    expect(await refused()).toMatchObject({ status: 429, body: { code: 'quota_exceeded' } });
    const other = await enter(GLOBEX);
    await other.start();
  });

  it('tells a page with a token that all is full, and the token serves afterwards', async () => {
    await begin({ apiKeys: KEYS }, new ScriptedPool(), { maxConnections: 1 });
    const headers = { authorization: `Bearer ${ACME}` };
    const made = await fetch(`${service.http}/v1/tokens`, { method: 'POST', headers, body: '{}' });
    const { token } = (await made.json()) as { token: string };
    const first = await enter();
    const page = () => RawClient.openWith(service.url, { protocols: [SUBPROTOCOL, `rapport.token.${token}`] });
    const full = await page();
    expect(await full.error()).toMatchObject({ code: 'too_many_sessions', retryAfterMs: 1000 });
    expect(await full.closed).toEqual({ status: 1013, reason: 'too_many_sessions' });
    first.json({ type: 'chat.message', party: 'agent', text: 'x' }); // before session.start: closes
    await first.closed;
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const client = await page();
      clients.push(client);
      client.json({ type: 'session.start' });
      await client.until((m): m is never => m.type === 'session.ready' || m.type === 'error');
      if (client.received[0]!.type === 'session.ready') return;
    }
    throw new Error('the token did not serve');
  });

  describe('against slow ones', () => {
    const timeouts = { headersTimeoutMs: 200, requestTimeoutMs: 400 };
    const HEAD = 'GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

    const dial = async (): Promise<Socket> => {
      const socket = connectTcp(Number(new URL(service.http).port), '127.0.0.1');
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      return socket;
    };
    const whole = async (socket: Socket): Promise<string> => {
      let text = '';
      socket.on('data', (data) => (text += String(data)));
      await new Promise((resolve) => socket.once('close', resolve));
      return text;
    };

    it.each([
      ['says nothing', ''],
      ['begins an upgrade and never ends it (slow loris)', HEAD],
      ['sends a header for ever', `${HEAD}X-A: ${'a'.repeat(1000)}`],
    ])('cuts off who %s', async (_what, text) => {
      await begin({ apiKeys: KEYS }, new ScriptedPool(), timeouts);
      const live = await enter();
      await live.start();
      const socket = await dial();
      socket.write(text);
      // one byte more now and then does not help
      const drip = setInterval(() => socket.write(text === '' ? '' : 'X'), 20);
      expect(await whole(socket)).toMatch(/^HTTP\/1\.1 408 /);
      clearInterval(drip);
      live.json({ type: 'session.end' });
      expect(await live.closed).toMatchObject({ status: 1000 });
    });

    it('refuses headers beyond 16 KiB', async () => {
      await begin({ apiKeys: KEYS });
      const socket = await dial();
      socket.write(`${HEAD}X-A: ${'a'.repeat(20_000)}\r\n\r\n`);
      expect(await whole(socket)).toMatch(/^HTTP\/1\.1 431 /);
    });

    it('answers a faulty handshake, and its place comes free', async () => {
      await begin({ apiKeys: KEYS }, new ScriptedPool(), { maxUnstartedPerAddress: 1 });
      for (let i = 0; i < 3; i += 1) {
        const socket = await dial();
        socket.write(
          `${HEAD}Sec-WebSocket-Protocol: rapport.v1\r\nAuthorization: Bearer ${ACME}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
        );
        expect(await whole(socket)).toMatch(/^HTTP\/1\.1 400 /);
      }
      await enter();
    });
  });

  it('a client that goes while its JWT is verified leaves no place taken', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    let asked = (_answer: () => void): void => {};
    const held = new Promise<() => void>((resolve) => (asked = resolve));
    const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] });
    const issuer = createServer((_request, response) => asked(() => response.end(keys)));
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    try {
      const jwks = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`;
      const about = {
        issuer: 'https://issuer.example',
        audience: 'rapport',
        tenantClaim: 'tenant',
        scopesClaim: 'scope',
      };
      const jwt = { ...about, jwks, algorithms: ['ES256'], leewayS: 0 };
      await begin({ apiKeys: KEYS, jwt }, new ScriptedPool(), { maxConnections: 1 });
      const claims = { iss: about.issuer, aud: about.audience, exp: 4_000_000_000, tenant: 'acme', scope: 'ingest' };
      const headers = { authorization: `Bearer ${makeJwt({ alg: 'ES256', kid: 'k' }, claims, privateKey)}` };
      const gone = new WebSocket(service.url, SUBPROTOCOL, { headers });
      gone.on('error', () => {});
      const answer = await held;
      gone.terminate();
      await new Promise((resolve) => gone.once('close', resolve));
      answer();
      // While a JWT is verified nobody reads the socket: that its peer has gone is learnt just after.
      await entersSoon();
    } finally {
      issuer.close();
      issuer.closeAllConnections();
    }
  });

  describe('by TLS', () => {
    const tls = makeCertificate();

    it('takes wss and https with the certificate, and nothing in the clear', async () => {
      await begin({ apiKeys: KEYS, tls });
      const url = service.url.replace('ws:', 'wss:');
      const client = await RawClient.openWith(url, { headers: { authorization: `Bearer ${ACME}` }, ca: tls.cert });
      clients.push(client);
      await client.start();
      const { port } = new URL(url);
      const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
        const ask = requestTls({ host: '127.0.0.1', port, path: '/readyz', ca: tls.cert }, (response) => {
          response.resume();
          resolve({ status: response.statusCode, ...response.headers });
        });
        ask.on('error', reject).end();
      });
      expect(headers).toMatchObject({ status: 200, 'strict-transport-security': expect.stringMatching(/max-age=\d+/) });
      const plain = new WebSocket(service.url, SUBPROTOCOL);
      expect(await new Promise((resolve) => plain.on('error', resolve))).toMatchObject({ code: 'ECONNRESET' });
    });
  });

  it('answers with the headers of helmet, and does not say what it is made with', async () => {
    await begin();
    const { headers } = await fetch(`${service.http}/v1/intents`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'/);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('strict-transport-security')).toBeNull();
  });

  it('takes the development key on this machine alone: not from a page that resolved its own name to it', async () => {
    await begin();
    const right = { authorization: `Bearer ${service.key}` };
    const client = await RawClient.openWith(service.url, { headers: { ...right, origin: 'http://localhost:5173' } });
    clients.push(client);
    const wrong = [
      { ...right, host: 'rebound.example:8080' },
      { ...right, host: 'rebound.example', origin: 'http://rebound.example' },
    ];
    for (const headers of wrong) {
      const { status, body } = await refusedUpgrade(service.url, SUBPROTOCOL, headers);
      expect([status, body.message]).toEqual([401, expect.stringMatching(/development key/)]);
    }
    const { status } = await refusedUpgrade(service.url, SUBPROTOCOL, { ...right, origin: 'https://evil.example' });
    expect(status).toBe(403);
  });
});
