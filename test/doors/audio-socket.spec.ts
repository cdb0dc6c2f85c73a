import { once } from 'node:events';
import { BlockList, connect, type Socket } from 'node:net';
import { AUDIO_SOCKET, encodeFrame } from '../../src/doors/asterisk/audio-socket-frames';
import { AUDIO_SOCKET_ERRORS } from '../../src/doors/asterisk/audio-socket-connection';
import type { AudioSocketServer } from '../../src/doors/asterisk/audio-socket-server';
import { AUDIO_SOCKET_SERVER } from '../../src/doors/doors.module';
import { ScriptedPool } from '../../src/models/scripted-pool';
import { exactly } from '../support/exactly';
import { type RunningService, startService } from '../support/service';
import { bytesOf, joined, silence, tone } from '../support/sound';
import { about, endedCall, foundCall } from './support/call-results';
import { at8k } from './support/mulaw';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
const AUDIO = { port: 0, host: '127.0.0.1', allow: LOOPBACK, tenant: 'acme', party: 'customer' } as const;
const DOORS = { jambonz: false, asterisk: false, audioSocket: AUDIO };
const KEYS = [{ tenant: 'acme', key: 'key-of-acme-0123456789' }];
const HANGUP = encodeFrame(AUDIO_SOCKET.hangup);
let calls = 0;

/** Asterisk's end of one call. */
class Line {
  private readonly got: Buffer[] = [];
  readonly gone: Promise<Buffer>;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => this.got.push(chunk)).on('error', () => {});
    this.gone = new Promise((resolve) => socket.on('close', () => resolve(Buffer.concat(this.got))));
  }

  static async open(service: RunningService): Promise<Line> {
    const { port } = service.app.get<AudioSocketServer>(AUDIO_SOCKET_SERVER, { strict: false });
    const socket = connect(port, '127.0.0.1');
    const line = new Line(socket);
    await once(socket, 'connect');
    return line;
  }

  frame(type: number, payload?: Uint8Array): void {
    this.socket.write(encodeFrame(type, payload));
  }
}

describe('the door of AudioSocket', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService({ apiKeys: KEYS, doors: DOORS }, new ScriptedPool());
  });
  afterAll(() => service.close());

  const enter = () => Line.open(service);
  const uuid = () => {
    const bytes = Buffer.alloc(16, 0xa5);
    bytes.writeUInt32BE((calls += 1), 12);
    const hex = bytes.toString('hex');
    const id = [8, 12, 16, 20, 32].map((end, i, all) => hex.slice(all[i - 1] ?? 0, end)).join('-');
    return { bytes, id };
  };
  const SOUND = bytesOf(at8k(joined(tone(1500), silence(1500))));
  const say = (line: Line, bytes: Uint8Array = SOUND, size = 320, type: number = AUDIO_SOCKET.slin8) => {
    for (let at = 0; at < bytes.length; at += size) line.frame(type, bytes.subarray(at, at + size));
  };

  it('takes a call: its id, sound and digits, until it hangs up', async () => {
    const line = await enter();
    const { bytes, id } = uuid();
    line.frame(AUDIO_SOCKET.uuid, bytes);
    say(line);
    line.frame(AUDIO_SOCKET.dtmf, Buffer.from('7'));
    line.frame(AUDIO_SOCKET.hangup);
    expect(await line.gone).toEqual(HANGUP);
    const call = await endedCall(service, id);
    expect(call.started.streams).toMatchObject([{ party: 'customer', codec: 'pcm16le-8k' }]);
    expect(call.ended).toMatchObject({
      reason: 'ended',
      incomplete: false,
      durationMs: about(3000),
      dropped: exactly({}),
    });
    expect(call.of('rapport.transcript.final')).toHaveLength(1);
  });

  it('does not mind how TCP cuts it', async () => {
    const line = await enter();
    const { bytes, id } = uuid();
    const all = Buffer.concat([
      encodeFrame(AUDIO_SOCKET.uuid, bytes),
      ...Array.from({ length: 150 }, (_, i) => encodeFrame(AUDIO_SOCKET.slin8, SOUND.subarray(320 * i, 320 * (i + 1)))),
      HANGUP,
    ]);
    for (let at = 0, size = 1; at < all.length; at += size, size = 1 + ((size * 7) % 613)) {
      line.socket.write(all.subarray(at, at + size));
    }
    await line.gone;
    expect((await endedCall(service, id)).ended).toMatchObject({
      reason: 'ended',
      durationMs: about(3000),
      dropped: exactly({}),
    });
  });

  it('takes an end without a word for a hang-up, and a broken connection for what it is', async () => {
    const [polite, broken] = [await enter(), await enter()];
    const ids = [polite, broken].map((line) => {
      const { bytes, id } = uuid();
      line.frame(AUDIO_SOCKET.uuid, bytes);
      say(line);
      return id;
    });
    for (const id of ids) await foundCall(service, id);
    polite.socket.end();
    broken.socket.resetAndDestroy();
    expect((await endedCall(service, ids[0]!)).ended.reason).toBe('ended');
    expect((await endedCall(service, ids[1]!)).ended.reason).toBe('disconnected');
  });

  it('an end inside a frame is a lost connection', async () => {
    const line = await enter();
    const { bytes, id } = uuid();
    line.frame(AUDIO_SOCKET.uuid, bytes);
    say(line);
    line.socket.end(encodeFrame(AUDIO_SOCKET.slin8, new Uint8Array(320)).subarray(0, 100));
    expect((await endedCall(service, id)).ended).toMatchObject({ reason: 'disconnected', durationMs: about(3000) });
  });

  it('takes the largest frame that there can be; a length of more cannot be said', async () => {
    const line = await enter();
    const { bytes, id } = uuid();
    line.frame(AUDIO_SOCKET.uuid, bytes);
    line.frame(AUDIO_SOCKET.slin8, new Uint8Array(65_534));
    line.frame(AUDIO_SOCKET.hangup);
    expect(await line.gone).toEqual(HANGUP);
    expect((await endedCall(service, id)).ended).toMatchObject({ durationMs: about(4096), dropped: exactly({}) });
  });

  it('takes the higher rates, one a call', async () => {
    const line = await enter();
    const { bytes, id } = uuid();
    line.frame(AUDIO_SOCKET.uuid, bytes);
    say(line, bytesOf(tone(1000)), 640, AUDIO_SOCKET.slin16);
    line.frame(AUDIO_SOCKET.slin8, new Uint8Array(320));
    expect(await line.gone).toEqual(refusal(AUDIO_SOCKET_ERRORS.protocol));
    const call = await endedCall(service, id);
    expect(call.started.streams).toMatchObject([{ codec: 'pcm16le-16k' }]);
    expect(call.ended).toMatchObject({ reason: 'disconnected', durationMs: about(1000) });
  });

  const refusal = (code: number) => Buffer.concat([encodeFrame(AUDIO_SOCKET.error, Uint8Array.of(code)), HANGUP]);

  it.each<[string, (line: Line) => void]>([
    ['sound before the id', (line) => line.frame(AUDIO_SOCKET.slin8, new Uint8Array(320))],
    ['an id that is none', (line) => line.frame(AUDIO_SOCKET.uuid, new Uint8Array(15))],
    [
      'a type that there is not',
      (line) => line.socket.write(Buffer.concat([encodeFrame(1, uuid().bytes), encodeFrame(0x42)])),
    ],
    [
      'a rate that is not decoded',
      (line) => line.socket.write(Buffer.concat([encodeFrame(1, uuid().bytes), encodeFrame(0x11)])),
    ],
    [
      'an id that comes again',
      (line) => line.socket.write(Buffer.concat([encodeFrame(1, uuid().bytes), encodeFrame(1, uuid().bytes)])),
    ],
    ['another protocol', (line) => line.socket.write('GET / HTTP/1.1\r\nHost: somewhere.example\r\n\r\n'.repeat(2000))],
  ])('closes on %s with an error of its own and a hang-up', async (_what, send) => {
    const line = await enter();
    send(line);
    expect(await line.gone).toEqual(refusal(AUDIO_SOCKET_ERRORS.protocol));
  });

  it('leaves out and counts what is no whole sample', async () => {
    const line = await enter();
    const { bytes, id } = uuid();
    line.frame(AUDIO_SOCKET.uuid, bytes);
    line.frame(AUDIO_SOCKET.slin8, new Uint8Array(321));
    say(line);
    line.frame(AUDIO_SOCKET.hangup);
    expect((await endedCall(service, id)).ended).toMatchObject({
      dropped: { payload_invalid: 1 },
      durationMs: about(3000),
    });
  });

  it('is shut to other addresses, full when all sessions are taken, and does not wait for ever', async () => {
    const nobody = { ...AUDIO, allow: new BlockList() };
    const shut = await startService({ apiKeys: KEYS, doors: { ...DOORS, audioSocket: nobody } });
    expect(await (await Line.open(shut)).gone).toEqual(refusal(AUDIO_SOCKET_ERRORS.refused));
    await shut.close();

    const small = await startService({ apiKeys: KEYS, doors: DOORS, maxSessions: 1 }, new ScriptedPool(), {
      ...{ startTimeoutMs: 300, maxConnections: 8 },
    });
    const first = await Line.open(small);
    const { bytes, id } = uuid();
    first.frame(AUDIO_SOCKET.uuid, bytes);
    say(first);
    await foundCall(small, id);
    const second = await Line.open(small);
    second.frame(AUDIO_SOCKET.uuid, uuid().bytes);
    say(second);
    expect(await second.gone).toEqual(refusal(AUDIO_SOCKET_ERRORS.capacity));
    expect(await (await Line.open(small)).gone).toEqual(refusal(AUDIO_SOCKET_ERRORS.timeout));
    await small.close();
    expect(await first.gone).toEqual(HANGUP);
  });

  it('is not there unless it is switched on', async () => {
    const without = await startService({ apiKeys: KEYS });
    expect(without.app.get(AUDIO_SOCKET_SERVER, { strict: false })).toBeNull();
    await without.close();
  });
});
