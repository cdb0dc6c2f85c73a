import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { BlockList, connect, type Socket } from 'node:net';
import { DOORS as NAMES, type DoorName } from '../../src/facts/door-meter';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { AUDIO_SOCKET, encodeFrame } from '../../src/doors/asterisk/audio-socket-frames';
import type { AudioSocketServer } from '../../src/doors/asterisk/audio-socket-server';
import { AUDIO_SOCKET_SERVER } from '../../src/doors/doors.module';
import { AudioHookClient, HOOK_CONFIG } from '../support/audiohook/audiohook-client';
import { eventually } from '../support/eventually';
import { HumeClient } from '../support/hume-client';
import { RawClient, refusedUpgrade } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { ForeignLine } from './support/foreign-line';
import { ACCOUNTS, PUBLIC_URL, TwilioStream } from './support/twilio-stream';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
const DOORS = {
  ...{ jambonz: true, asterisk: true, hume: true, audiohook: HOOK_CONFIG },
  twilio: { accounts: ACCOUNTS, url: PUBLIC_URL },
  audioSocket: { port: 0, host: '127.0.0.1', allow: LOOPBACK, tenant: 'acme', party: 'customer' },
} as const;
const KEYS = [{ tenant: 'acme', key: 'key-of-acme-0123456789' }];
const AUTH = { authorization: `Bearer ${KEYS[0]!.key}` };
const SOUND = new Uint8Array(320);

describe('metrics of the doors', () => {
  let service: RunningService;
  let ws: string;
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS, doors: DOORS }, new ScriptedPool());
    ws = service.http.replace('http', 'ws');
  });
  afterAll(() => service.close());

  const scrape = async (): Promise<Map<string, number>> => {
    const lines = (await (await fetch(`${service.http}/metrics`)).text()).split('\n');
    return new Map(
      lines
        .filter((line) => line.startsWith('rapport_door_'))
        .map((line) => {
          const [name = '', value] = line.split(' ');
          return [name.replace('rapport_door_', ''), Number(value)];
        }),
    );
  };
  const dial = async (): Promise<Socket> => {
    const { port } = service.app.get<AudioSocketServer>(AUDIO_SOCKET_SERVER, { strict: false });
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return socket.on('error', () => {});
  };

  /** One connection of each door, that has said something, and is there until it is told to go. */
  const CONNECTIONS: Readonly<Record<DoorName, () => Promise<() => unknown>>> = {
    rapport: async () => {
      const client = await RawClient.open(service.url, KEYS[0]!.key);
      await client.start();
      return () => client.abort();
    },
    twilio: async () => {
      const stream = await TwilioStream.connect(service);
      stream.start();
      return () => stream.line.abort();
    },
    jambonz: async () => {
      const line = await ForeignLine.open(`${ws}/jambonz`, { headers: AUTH });
      line.json({ sampleRate: 8000, mixType: 'mono', callSid: 'metrics-1' });
      line.bytes(SOUND);
      return () => line.abort();
    },
    asterisk: async () => {
      const line = await ForeignLine.open(`${ws}/asterisk`, { protocols: ['media'], headers: AUTH });
      line.text('MEDIA_START connection_id:metrics-2 channel:WebSocket/rapport/0x1 format:slin');
      line.bytes(SOUND);
      return () => line.abort();
    },
    audiohook: async () => {
      const client = await AudioHookClient.connect(service);
      await client.open({ conversationId: randomUUID() });
      return () => client.abort();
    },
    hume: async () => {
      const client = await HumeClient.connect(service, 'audio', AUTH);
      client.bytes(new Uint8Array(3200));
      return () => client.abort();
    },
    audiosocket: async () => {
      const socket = await dial();
      socket.write(Buffer.concat([encodeFrame(AUDIO_SOCKET.uuid, Buffer.alloc(16, 7)), encodeFrame(0x10, SOUND)]));
      return () => socket.destroy();
    },
  };

  it.each(NAMES)('%s: a connection is counted while it is there, and what came over it', async (door) => {
    const before = await scrape();
    const of = (values: Map<string, number>, name: string): number => values.get(`${name}{door="${door}"}`)!;
    const gone = await CONNECTIONS[door]();
    await eventually(async () => of(await scrape(), 'received_frames_total') > of(before, 'received_frames_total'));
    const during = await scrape();
    expect(of(during, 'connections_open')).toBe(1);
    expect(of(during, 'connections_total')).toBe(of(before, 'connections_total') + 1);
    expect(of(during, 'received_bytes_total')).toBeGreaterThan(of(before, 'received_bytes_total'));
    gone();
    await eventually(async () => of(await scrape(), 'connections_open') === 0);
    // of the others nothing was counted
    const others = [...(await scrape())].filter(([name]) => !name.includes(`door="${door}"`));
    expect(Object.fromEntries(others)).toEqual(
      Object.fromEntries([...before].filter(([name]) => !name.includes(`door="${door}"`))),
    );
  });

  it('frames and bytes are those that were sent', async () => {
    const before = await scrape();
    const line = await ForeignLine.open(`${ws}/jambonz`, { headers: AUTH });
    const first = JSON.stringify({ sampleRate: 8000, mixType: 'mono', callSid: 'metrics-3' });
    line.text(first);
    for (let i = 0; i < 5; i++) line.bytes(SOUND);
    line.close();
    await line.closed;
    const after = await scrape();
    const grown = (name: string): number =>
      after.get(`${name}{door="jambonz"}`)! - before.get(`${name}{door="jambonz"}`)!;
    expect([grown('received_frames_total'), grown('received_bytes_total')]).toEqual([6, first.length + 5 * 320]);
  });

  it.each<[string, DoorName, string, () => Promise<unknown>]>([
    ['no key', 'jambonz', 'unauthorized', () => refusedUpgrade(`${ws}/jambonz`, undefined, {})],
    ['no signature', 'twilio', 'unauthorized', () => refusedUpgrade(`${ws}/twilio`, undefined, {})],
    ['no subprotocol', 'rapport', 'unsupported_subprotocol', () => refusedUpgrade(service.url, 'graphql-ws', AUTH)],
    [
      'a wrong secret',
      'audiohook',
      'unauthorized',
      async () => (await AudioHookClient.connect(service, { secret: Buffer.alloc(32, 1) })).closed,
    ],
    [
      'sound before the call',
      'asterisk',
      'session_required',
      async () => {
        const line = await ForeignLine.open(`${ws}/asterisk`, { headers: AUTH });
        line.bytes(SOUND);
        await line.closed;
      },
    ],
    [
      'a message that is too large for ws',
      'twilio',
      'message_too_large',
      async () => {
        const stream = await TwilioStream.connect(service);
        stream.line.text('x'.repeat(64 * 1024 + 1));
        await stream.line.closed;
      },
    ],
    [
      'a configuration that comes too late',
      'hume',
      'invalid_message',
      async () => {
        const client = await HumeClient.connect(service, 'audio', AUTH);
        client.bytes(new Uint8Array(3200));
        client.json({ type: 'session.update', measurement_timer_ms: 5000 });
        await client.closed;
      },
    ],
    [
      'sound before the id',
      'audiosocket',
      'session_required',
      async () => {
        const socket = (await dial()).resume();
        socket.write(encodeFrame(0x10, SOUND));
        await once(socket, 'close');
      },
    ],
  ])('%s is counted as a refusal at its door: %s, %s', async (_what, door, code, refused) => {
    const name = `refusals_total{door="${door}",code="${code}"}`;
    const before = (await scrape()).get(name) ?? 0;
    await refused();
    await eventually(async () => (await scrape()).get(name) === before + 1);
  });
});
