import type { ServerMessage } from '@rapport-live/protocol';
import { DEVELOPMENT_KEY } from '../../src/config/config';
import { cluster, simpleBlock, webmHeader } from '../../src/streams/codecs/testing/webm-writer';
import { still } from '../../src/streams/testing/session-script';
import { RawClient } from '../support/raw-client';
import { bytesOf, silence, tone } from '../support/sound';
import { MemoryProcess, type Place } from './memory-process';

const STREAMS = [
  { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' },
  { streamId: 2, kind: 'video', party: 'customer', codec: 'jpeg' },
  { streamId: 3, kind: 'voice', party: 'agent', codec: 'webm-opus' },
  { streamId: 4, kind: 'voice', party: 'agent', codec: 'pcm16le-8k' },
];
/** Far ahead of the session clock: no hop takes anything away before the look. */
const FROM_MS = 30_000;
/** A picture of all memory takes a second or two, many on a busy machine. */
const TIMEOUT_MS = 240_000;
/** What this session alone has, in each of the ways in. */
const WORDS = 'quagga saxifrage wimble';

/** Bytes without a pattern, the same in every run (a linear congruential generator); samples of them are loud. */
function secretBytes(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) >> 16);
}

const SOUND = secretBytes(48_000, 11); // 1.5 s
const PICTURE = Uint8Array.from([...still(64, 48), ...secretBytes(600, 12)]);
/** A configuration byte, then what no decoder makes sense of: it is kept and looked at all the same. */
const PACKETS = Array.from({ length: 50 }, (_, i) => [0xf8, ...secretBytes(100, 100 + i)]);

/** 24 bytes are enough to be sure. Of sound also as the numbers that voice activity gets. */
const SECRETS: Readonly<Record<string, readonly Buffer[]>> = {
  sound: [...pieces(SOUND, 10_000), ...pieces(floats(SOUND), 20_000)],
  picture: pieces(PICTURE.subarray(64), 200),
  opus: PACKETS.filter((_, i) => i % 12 === 0).flatMap((packet) => pieces(Uint8Array.from(packet.slice(1)), 100)),
  chat: [Buffer.from('saxifrage wimble')],
};

function pieces(bytes: Uint8Array, every: number): Buffer[] {
  const all: Buffer[] = [];
  for (let at = 0; at + 24 <= bytes.length; at += every) all.push(Buffer.from(bytes.slice(at, at + 24)));
  return all;
}

function floats(pcm: Uint8Array): Uint8Array {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length >> 1);
  return new Uint8Array(Float32Array.from(samples, (sample) => sample / 32_768).buffer);
}

/** Which secrets are found where. */
const found = (places: readonly Place[]): string[] =>
  Object.entries(SECRETS).flatMap(([secret, prints]) =>
    places
      .filter(({ bytes }) => prints.some((print) => bytes.includes(print)))
      .map(({ name }) => `${secret} in ${name}`),
  );

/** A client that numbers its frames. */
class Sender {
  private readonly sent = new Map<number, { seq: number; bytes: number }>();

  constructor(readonly client: RawClient) {}

  send(streamId: number, payload: Uint8Array, ptsMs: number, flags = 0): void {
    const at = this.sent.get(streamId) ?? { seq: 0, bytes: 0 };
    this.client.frame({ streamId, seq: at.seq, ptsUs: ptsMs * 1000, byteOffset: at.bytes, flags }, payload);
    this.sent.set(streamId, { seq: at.seq + 1, bytes: at.bytes + payload.length });
  }

  /** Everything sent before was taken when this resolves. */
  async barrier(ref: string): Promise<void> {
    this.client.json({ type: 'nothing', ref });
    await this.client.until((m): m is Extract<ServerMessage, { type: 'error' }> => m.type === 'error' && m.ref === ref);
  }

  /** The secrets of [fromMs, fromMs + 750): half of them. */
  secrets(half: 0 | 1): void {
    const at = FROM_MS + half * 750;
    for (let ms = 0; ms < 750; ms += 50)
      this.send(1, SOUND.subarray((half * 750 + ms) * 32, (half * 750 + ms + 50) * 32), at + ms);
    this.send(2, PICTURE, at + 100);
    const blocks = PACKETS.slice(half * 25, half * 25 + 25).flatMap((packet, i) =>
      simpleBlock(2000 + half * 750 + i * 20, packet),
    );
    this.send(3, Uint8Array.from(blocks), at);
  }

  /** What is left of secrets in buffers of sockets is overwritten. */
  rinse(ms: number): void {
    for (let at = 0; at < 8000; at += 20) this.send(4, new Uint8Array(320), ms + at);
  }
}

/** One call: sound, pictures and chat, then secrets, half of them before the word of the pause comes. */
async function call(
  service: MemoryProcess,
  pauses: boolean,
): Promise<{ memory: Place[]; written: Place[]; said: string }> {
  const client = await RawClient.open(service.url, DEVELOPMENT_KEY);
  await client.start({ streams: STREAMS, session: { language: 'en', consent: { analysis: true } } });
  const sender = new Sender(client);
  sender.send(3, Uint8Array.from([...webmHeader(), ...cluster(0)]), FROM_MS - 2000, 0x01);
  for (let ms = 0; ms < 2000; ms += 50) sender.send(1, bytesOf(tone(50)), FROM_MS - 2000 + ms);
  sender.secrets(0);
  await sender.barrier('before');
  if (pauses) client.json({ type: 'session.pause', ptsMs: FROM_MS, reason: 'payment' });
  sender.secrets(1);
  client.json({ type: 'chat.message', party: 'customer', ptsMs: FROM_MS - 25_000, text: 'hello there' });
  client.json({ type: 'chat.message', party: 'customer', text: WORDS, ...(pauses ? {} : { ptsMs: 4000 }) });
  sender.rinse(0);
  await sender.barrier('paused');
  const memory = await service.memory();
  if (pauses) client.json({ type: 'session.unpause', ptsMs: FROM_MS + 2000 });
  for (let ms = 0; ms < 1000; ms += 50) sender.send(1, bytesOf(silence(50)), FROM_MS + 2000 + ms);
  client.json({ type: 'session.end' });
  await client.closed;
  return { memory, written: service.written(), said: JSON.stringify(client.received) };
}

describe('memory and files of a service', () => {
  let service: MemoryProcess;
  beforeAll(async () => void (service = await MemoryProcess.start()), TIMEOUT_MS);
  afterAll(() => service.remove());

  it(
    'have nothing of what was sent in a pause, or came before the word of it',
    async () => {
      const { memory, written, said } = await call(service, true);
      expect(said).toMatch(/"paused":true.*"paused":false/);
      expect(said).toMatch(/hello there/);
      expect(written.length).toBeGreaterThan(1);
      expect(found([...memory, ...written, { name: 'answers', bytes: Buffer.from(said) }])).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it(
    'have all of it without a pause, so that the search means something',
    async () => {
      const { memory, written, said } = await call(service, false);
      const there = found([...memory, ...written, { name: 'answers', bytes: Buffer.from(said) }]);
      expect(there).toEqual(
        expect.arrayContaining(['sound in bytesFile', 'picture in bytesFile', 'opus in bytesFile', 'chat in answers']),
      );
      expect(there.filter((one) => one.startsWith('chat in')).length).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );
});
