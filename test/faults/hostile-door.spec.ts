import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { RapportError, SUBPROTOCOL } from '@rapport-live/protocol';
import { eventually } from '../support/eventually';
import { heldBytes, MIB } from '../soak/memory';
import { refusedUpgrade } from '../support/raw-client';
import type { RunningService } from '../support/service';
import { chunks, FaultSession, startStill } from './fault-session';

// Many sessions each: on a machine that does other things they take their time.
jest.setTimeout(180_000);

/** Whoever comes to the door with bad manners: those who are in do not notice. */
describe('a hostile door', () => {
  let service: RunningService;
  beforeEach(async () => void ({ service } = await startStill({}, { maxSessions: 128 })));
  afterEach(() => service.close());

  const open = () => FaultSession.open(service.url, service.key);
  const live = async () =>
    Number(/^rapport_sessions_live (\d+)$/m.exec(await (await fetch(`${service.http}/metrics`)).text())![1]);

  /** A TCP connection that says these bytes. */
  async function knock(bytes: Uint8Array | string): Promise<{ socket: Socket; closed: Promise<unknown> }> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await once(socket, 'connect');
    socket.write(bytes);
    return { socket, closed };
  }

  it('garbage of every kind is refused or cut off; the session beside it is whole', async () => {
    const bystander = await open();
    const media = chunks(2);
    await bystander.send(media.slice(0, 12));
    const upgrade = [
      'GET /v1/stream HTTP/1.1',
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`,
      `Authorization: Bearer ${service.key}`,
      '\r\n',
    ].join('\r\n');
    const tlsHello = Buffer.from('16030100a5010000a10303', 'hex');
    const garbage: (Uint8Array | string)[] = [
      randomBytes(4096),
      tlsHello,
      'GET / HTTP/9.9\r\n\r\n',
      `GET /v1/stream HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(200_000)}\r\n\r\n`,
      'POST /v1/stream HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      upgrade.replace('Version: 13', 'Version: 99'),
      upgrade.replace(/Key: .*\r\n/, 'Key: none\r\n'),
      // Behind a good upgrade: frames that are none (RFC 6455, section 5.2).
      Buffer.concat([Buffer.from(upgrade), Buffer.of(0x82, 0x05, 1, 2, 3, 4, 5)]), // not masked
      Buffer.concat([Buffer.from(upgrade), Buffer.of(0xf2, 0x80, 0, 0, 0, 0)]), // reserved bits
      Buffer.concat([Buffer.from(upgrade), Buffer.of(0x83, 0x80, 0, 0, 0, 0)]), // a reserved opcode
      Buffer.concat([Buffer.from(upgrade), Buffer.of(0x80, 0x80, 0, 0, 0, 0)]), // goes on with nothing
      Buffer.concat([Buffer.from(upgrade), Buffer.of(0x89, 0xfe, 0, 200, 0, 0, 0, 0)]), // a long ping
      Buffer.concat([Buffer.from(upgrade), Buffer.of(0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0)]),
      Buffer.concat([Buffer.from(upgrade), Buffer.of(0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28)]), // no UTF-8
      Buffer.concat([Buffer.from(upgrade), randomBytes(2000)]),
    ];
    const knocked = await Promise.all(garbage.map(knock));
    // A TLS hello may look like a request that is not whole yet: then its time-out takes it.
    const patient = knocked[1]!;
    await Promise.all(knocked.filter((one) => one !== patient).map(({ closed }) => closed));
    patient.socket.destroy();
    await bystander.send(media.slice(12));
    await bystander.heard.end();
    await bystander.expectWhole({ turns: 2 }, service.config.dataDir);
    expect(await live()).toBe(0);
  });

  it('a flood of connections is refused one by one, and costs no session and no memory', async () => {
    const bystander = await open();
    const media = chunks(2);
    const refusals: string[] = [];
    const flood = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i += 1) {
        const { body } = await refusedUpgrade(service.url, SUBPROTOCOL, { authorization: `Bearer wrong-${i}` });
        refusals.push(body.code);
      }
    };
    const flooded = async (count: number): Promise<void> => {
      await Promise.all(Array.from({ length: 8 }, () => flood(count / 8)));
    };
    await flooded(160);
    const before = await heldBytes();
    let isOver = false;
    const flooding = flooded(1200).then(() => (isOver = true));
    for (const piece of media) {
      await bystander.send([piece]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isOver).toBe(false); // it all went through while the flood went on
    await bystander.heard.end();
    await flooding;
    await bystander.expectWhole({ turns: 2 }, service.config.dataDir);
    expect(refusals.every((code) => code === 'unauthorized' || code === 'rate_limited')).toBe(true);
    expect((await heldBytes()) - before).toBeLessThan(16 * MIB);
  });

  it('a slow-loris of upgrades that never end is cut off, and those who are in do not notice', async () => {
    await service.close();
    ({ service } = await startStill({ headersTimeoutMs: 300 }, { maxSessions: 8 }));
    const bystander = await open();
    const slow = await Promise.all(
      Array.from({ length: 50 }, () => knock('GET /v1/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n')),
    );
    const dribble = setInterval(() => slow.forEach(({ socket }) => socket.write('X-More: to come\r\n')), 50);
    await bystander.send(chunks(2));
    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(dribble);
    await bystander.heard.end();
    await bystander.expectWhole({ turns: 2 }, service.config.dataDir);
  });

  it('a burst of 100 sessions is served, each whole', async () => {
    const sessions = await Promise.all(Array.from({ length: 100 }, open));
    const media = chunks(1);
    await Promise.all(
      sessions.map(async (session) => {
        await session.send(media);
        await session.heard.end();
      }),
    );
    for (const session of sessions) await session.expectWhole({ turns: 1 }, service.config.dataDir);
    expect(await live()).toBe(0);
  });

  it('of a burst beyond the limit the rest is refused at once, with a time to come back, and is served then', async () => {
    await service.close();
    ({ service } = await startStill({}, { maxSessions: 8 }));
    const held: FaultSession[] = [];
    const refused: RapportError[] = [];
    await Promise.all(
      Array.from({ length: 20 }, () =>
        open().then(
          (session) => held.push(session),
          (error: unknown) => refused.push(error as RapportError),
        ),
      ),
    );
    expect([held.length, refused.length]).toEqual([8, 12]);
    for (const error of refused) {
      expect(error).toBeInstanceOf(RapportError);
      expect(error.code).toBe('too_many_sessions');
      expect(error.retryAfterMs).toBeGreaterThan(0);
    }
    const media = chunks(1);
    for (let left = 12; left > 0; left -= 1) {
      const session = held.shift()!;
      await session.send(media);
      await session.heard.end();
      await session.expectWhole({ turns: 1 }, service.config.dataDir);
      await eventually(async () => (await live()) < 8);
      held.push(await open());
    }
    for (const session of held) session.heard.session.abort();
  });
});
