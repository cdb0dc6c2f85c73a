import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get as getTls } from 'node:https';
import { connect, type Socket } from 'node:net';
import { SUBPROTOCOL } from '@rapport-live/protocol';
import { DEFAULT_THROTTLE } from '../../src/gateway/admission/throttle';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { makeCertificate } from '../support/certificate';
import { RawClient, refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';

const KEY = 'key-of-acme-0123456789';
const apiKeys = [{ tenant: 'acme', key: KEY }];
const still = { perSecond: 0.001, burst: 3 };

/** Who sends what makes no sense is answered some times, and then has to wait; whoever is in does not notice. */
describe('the door against noise', () => {
  let service: RunningService;
  afterEach(() => service.close());

  const begin = async (over: Parameters<typeof startService>[0] = {}, options = {}): Promise<void> => {
    const throttle = { ...DEFAULT_THROTTLE, addressNoise: still };
    service = await startService({ apiKeys, ...over }, new ScriptedPool(), { throttle, holdNoisyMs: 300, ...options });
  };
  const knock = async (bytes: Uint8Array | string): Promise<{ socket: Socket; answer: Promise<string> }> => {
    const socket = connect(Number(new URL(service.http).port), '127.0.0.1').on('error', () => {});
    let text = '';
    socket.on('data', (data) => (text += data.toString('latin1')));
    const answer = once(socket, 'close').then(() => text);
    await once(socket, 'connect');
    socket.write(bytes);
    return { socket, answer };
  };
  const noise = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i += 1) {
      expect(await (await knock(randomBytes(512))).answer).toMatch(/^HTTP\/1\.1 400 /);
    }
  };

  it('bytes that are no HTTP: then the connections of the address wait before they are read, and upgrades are refused', async () => {
    await begin();
    const live = await RawClient.open(service.url, KEY);
    await live.start();
    await noise(3);

    const beganMs = performance.now();
    const probe = await fetch(`${service.http}/healthz`);
    expect(probe.status).toBe(200);
    expect(performance.now() - beganMs).toBeGreaterThan(290);
    const refusal = await refusedUpgrade(service.url, SUBPROTOCOL, { authorization: `Bearer ${KEY}` });
    expect(refusal).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', message: expect.stringMatching(/made no sense/) },
    });
    live.json({ type: 'chat.message', party: 'customer', text: 'Where is my refund?' });
    live.json({ type: 'session.end' });
    expect(await live.closed).toMatchObject({ status: 1000 });
  });

  it('messages that are none, before there is a session', async () => {
    await begin();
    for (const junk of ['{"type":', 'null', '[]']) {
      const client = await RawClient.open(service.url, KEY);
      client.text(junk);
      await client.closed;
    }
    const refusal = await refusedUpgrade(service.url, SUBPROTOCOL, { authorization: `Bearer ${KEY}` });
    expect(refusal.status).toBe(429);
  });

  it('the same in a session harms that session alone', async () => {
    await begin();
    for (let i = 0; i < 5; i += 1) {
      const client = await RawClient.open(service.url, KEY);
      await client.start();
      client.text('{"type":');
      await client.closed;
    }
    expect((await fetch(`${service.http}/readyz`)).status).toBe(200);
  });

  it('more connections than may wait are closed at once; the others have their turn, but not of a service that ends', async () => {
    await begin({}, { maxHeldSockets: 2, holdNoisyMs: 1000 });
    await noise(3);
    const ask = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const [first, second] = [await knock(ask), await knock(ask)];
    expect(await (await knock(ask)).answer).toBe('');
    expect([await first.answer, await second.answer]).toEqual(Array(2).fill(expect.stringMatching(/^HTTP\/1\.1 200 /)));
    const late = await knock(ask);
    await service.close();
    expect(await late.answer).toBe('');
  });

  it('behind TLS too: who waits is then let in', async () => {
    const certificate = makeCertificate();
    await begin({ tls: certificate });
    for (let i = 0; i < 4; i += 1) await (await knock(randomBytes(512))).answer;
    const url = service.http.replace('http:', 'https:');
    const status = await new Promise((resolve, reject) => {
      getTls(`${url}/healthz`, { rejectUnauthorized: false, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(200);
  });
});
