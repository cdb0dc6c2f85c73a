import { FaultProxy } from '../support/fault-proxy';
import { HeardSession } from '../support/heard-session';
import { RawClient } from '../support/raw-client';
import { RawSession } from '../support/raw-session';
import { detached, type RunningService, startService } from '../support/service';
import { bytesOf, tone } from '../support/sound';

const VOICE = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' } as const;
const SOUND = bytesOf(tone(4000));
const FRAME_BYTES = 3200;
const URL_OF_ALL = 'ws://127.0.0.1:{name}/v1/stream';

/** Two gateways, each with an address of its own, and one that they share. A port is a name like any other. */
describe('a session whose gateway is one of several', () => {
  const services: RunningService[] = [];
  const addresses: FaultProxy[] = [];
  let shared: FaultProxy;

  const portOf = (proxy: FaultProxy): string => new URL(proxy.through(URL_OF_ALL.replace('{name}', '1'))).port;
  beforeAll(async () => {
    for (let i = 0; i < 2; i += 1) {
      const address = await FaultProxy.to('ws://127.0.0.1:1');
      const service = await startService({ fleet: { name: portOf(address), url: URL_OF_ALL } });
      address.retarget(service.url);
      addresses.push(address);
      services.push(service);
    }
    shared = await FaultProxy.to(services[0]!.url);
  });
  beforeEach(() => shared.retarget(services[0]!.url));
  afterAll(async () => {
    for (const proxy of [shared, ...addresses]) await proxy.close();
    for (const service of services) await service.close();
  });

  it('is led back to it when the balancer sends its client to another', async () => {
    const [home, other] = services as [RunningService, RunningService];
    const heard = await HeardSession.open({
      ...{ url: shared.through(home.url), apiKey: home.key, streams: [VOICE] },
      session: { channel: 'voice', language: 'en', consent: { analysis: true } },
      ...{ reconnectBaseMs: 5, reconnectMaxMs: 20 },
    });
    const send = (fromMs: number, toMs: number): void => {
      for (let ms = fromMs; ms < toMs; ms += 100) {
        void heard.session.send(1, SOUND.subarray(ms * 32, ms * 32 + FRAME_BYTES), ms);
      }
    };
    send(0, 2000);
    await heard.until(({ windows }) => windows.length > 0);
    const back = new Promise((resolve) => heard.session.on('resumed', resolve));
    const knocks = shared.links.length;
    shared.retarget(other.url);
    shared.newest.cut();
    await detached(home);
    send(2000, 4000);
    await back;
    expect([shared.links.length, addresses[0]!.links.length]).toEqual([knocks + 1, 1]);
    await heard.end();
    expect(heard.windows.map(({ windowEndMs }) => windowEndMs)).toEqual([1000, 2000, 3000, 4000]);
    expect(heard.all('rapport.session.updated')).toEqual([]);
  });

  it('is named by its token, and the address is made of the settings of who is asked', async () => {
    const [home, other] = services as [RunningService, RunningService];
    const session = await RawSession.start(home, [VOICE]);
    const name = portOf(addresses[0]!);
    expect(session.token.startsWith(`${name}.`)).toBe(true);
    const refused = async (resumeToken: string, door = other) => {
      const client = await RawClient.open(door.url, door.key);
      client.json({ type: 'session.resume', sessionId: session.sessionId, resumeToken, ackedResultSeq: 0 });
      const { code, address } = await client.error();
      return { code, address, status: (await client.closed).status };
    };
    expect(await refused(session.token)).toEqual({
      code: 'session_elsewhere',
      address: `ws://127.0.0.1:${name}/v1/stream`,
      status: 4421,
    });
    const nowhere = { code: 'session_unknown', address: undefined, status: 4404 };
    expect(await refused('no-name')).toEqual(nowhere);
    // Whatever is written there, it is a name within our address or none.
    expect(await refused('evil.example/#.token')).toMatchObject({ address: 'ws://127.0.0.1:evil/v1/stream' });
    expect(await refused('evil/.token')).toEqual(nowhere);
    expect(await refused(`${portOf(addresses[1]!)}.token`)).toEqual(nowhere);
    // At home it is good, and nothing was used up.
    expect((await session.resume()).tookOver).toBe(true);
    await session.end();
  });
});
