import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ErrorCode, ERRORS, FrameFlag, type ServerMessage, type TypedEvent } from '@rapport-live/protocol';
import sharp from 'sharp';
import { ID } from '../../src/streams/codecs/ebml';
import { cluster, element, simpleBlock, webmHeader } from '../../src/streams/codecs/testing/webm-writer';
import { WebmDemuxer } from '../../src/streams/codecs/webm-demuxer';
import { film8k, FILM_8K, hasFfmpeg, slicesOf } from '../support/film';
import { RawClient } from '../support/raw-client';
import { type RunningService, startService } from '../support/service';
import { bytesOf, tone } from '../support/sound';

const webm = new Uint8Array(readFileSync(join(__dirname, '../fixtures/media/voice-5s.webm')));
const voice = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const opus = { ...voice, codec: 'webm-opus' };
const camera = (codec: string) => ({ streamId: 1, kind: 'video', party: 'customer', codec });

/** Bad media over a real connection: one clear error or an announced loss, and the session goes on to its end. */
describe('bad media at the door', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(() => service.close());

  /** A client that keeps count, as every honest one does. */
  async function open(stream: object) {
    const client = await RawClient.open(service.url, service.key);
    await client.start({ streams: [stream] });
    let seq = 0;
    let byteOffset = 0;
    const send = (bytes: ArrayLike<number>, ptsMs = 0, flags = 0) => {
      client.frame({ flags, seq, byteOffset, ptsUs: ptsMs * 1000 }, Uint8Array.from(bytes));
      seq += 1;
      byteOffset += bytes.length;
    };
    const end = async () => {
      client.json({ type: 'session.end' });
      expect(await client.closed).toMatchObject({ status: 1000 });
      const events = client.received.flatMap((message) =>
        message.type === 'result' ? [message.event as TypedEvent] : [],
      );
      return { events, errors: client.received.filter(isError) };
    };
    return { client, send, end };
  }

  it('Opus without its header is refused until a header comes, and is heard from there', async () => {
    const { send, end } = await open(opus);
    send(webm.subarray(9000, 12_000), 0);
    send(webm.subarray(9000, 12_000), 500, FrameFlag.init);
    send(webm, 1000, FrameFlag.init);
    const { events, errors } = await end();
    expect(errors.map(({ code, seq }) => [code, seq])).toEqual([
      ['payload_invalid', 0],
      ['payload_invalid', 1],
    ]);
    for (const { message } of errors) expect(message).toMatch(/send the init segment first/);
    expect(finals(events).length).toBeGreaterThan(0);
  });

  it('a new recording in the middle of the one before is heard where it carries the flag init', async () => {
    const { send, end } = await open(opus);
    send(webm.subarray(0, 6123), 0, FrameFlag.init);
    send(webm, 2000, FrameFlag.init);
    const { events, errors } = await end();
    expect(errors).toEqual([]);
    expect(gaps(events, 'corrupt_media').length).toBe(1);
    expect(ended(events).durationMs).toBeGreaterThan(6900);
  });

  it.each<[string, number[], RegExp]>([
    ['a block of 2^50 bytes', [...webmHeader(), ...cluster(0), ...element(ID.SimpleBlock, [], 2 ** 50)], /over 65536/],
    ['tags of 1 GB', [...webmHeader(), ...element(ID.Tags, [], 2 ** 30)], /over 1048576/],
    ['a block of unknown size', [...webmHeader(), ...cluster(0), 0xa3, 0xff, 0x81], /unknown size/],
  ])('an EBML bomb, %s, is refused and the recording behind it heard', async (_name, bomb, sentence) => {
    const { send, end } = await open(opus);
    send(bomb);
    send(webm, 0, FrameFlag.init);
    const { events, errors } = await end();
    expect(errors.map(({ code }) => code)).toEqual(['payload_invalid']);
    expect(errors[0]!.message).toMatch(sentence);
    expect(finals(events).length).toBeGreaterThan(0);
  });

  it('10,000 tiny packets a second are counted and announced, beyond what Opus can be', async () => {
    const { send, end } = await open(opus);
    send([...webmHeader(), ...cluster(0)], 0, FrameFlag.init);
    const flood = new Array<number[]>(1000).fill(simpleBlock(0, [0xe0, 1])).flat(); // 2.5 ms each
    for (let i = 0; i < 8; i += 1) send(flood, i * 100);
    const { events, errors } = await end();
    expect(errors).toEqual([]);
    expect(ended(events).incomplete).toBe(false);
    expect(ended(events).dropped.packet_rate).toBeGreaterThan(3000);
    expect(gaps(events, 'packet_rate').length).toBeGreaterThan(0);
  });

  // Bug: the recording was believed, and every window of the session came to lie in the year 36,000.
  it('a time in a recording that cannot be is counted and announced, and the sound goes on in its place', async () => {
    const { send, end } = await open(opus);
    const packets: Uint8Array[] = [];
    const sink = { head: () => {}, packet: (data: Uint8Array) => void packets.push(data.slice()), corrupt: () => {} };
    new WebmDemuxer().push(webm, sink);
    const blocks = packets.slice(0, 40).flatMap((data, i) => simpleBlock(i * 60, [...data]));
    const wrong = element(ID.Timestamp, [0, 4, 0, 0, 0, 0, 0, 0]); // 2^50 ms
    send([...webmHeader(), ...cluster(0), ...blocks, ...element(ID.Cluster, [], 'unknown'), ...wrong, ...blocks]);
    const { events, errors } = await end();
    expect(errors).toEqual([]);
    expect(gaps(events, 'corrupt_media').length).toBe(1);
    expect(ended(events)).toMatchObject({ incomplete: false, dropped: { corrupt_media: 1 } });
    expect(ended(events).durationMs).toBeGreaterThan(4000);
    expect(ended(events).durationMs).toBeLessThan(6000);
    expect(finals(events).length).toBeGreaterThan(0);
  });

  it('audio of 0 bytes is nothing', async () => {
    const { send, end } = await open(voice);
    for (let i = 0; i < 100; i += 1) send([], i * 20);
    const { events, errors } = await end();
    expect([errors, ended(events).dropped, finals(events)]).toEqual([[], {}, []]);
  });

  it.each([
    ['an hour ahead', 3_600_000, 'missing'],
    ['ten seconds back', -10_000, 'late'],
  ])('a time stamp that jumps %s is announced, and the sound goes on', async (_name, jumpMs, reason) => {
    const { send, end } = await open(voice);
    const sound = bytesOf(tone(2000));
    send(sound, 12_000);
    send(sound, 14_000 + jumpMs);
    send(sound, 16_000);
    const { events, errors } = await end();
    expect(errors).toEqual([]);
    expect(gaps(events, reason).length).toBeGreaterThan(0);
    expect(finals(events).length).toBeGreaterThan(0);
  });

  it('a time stamp that stands still does not hold the session up', async () => {
    const { send, end } = await open(voice);
    for (let i = 0; i < 10; i += 1) send(bytesOf(tone(1000)), 0);
    const { events, errors } = await end();
    expect([errors, ended(events).incomplete]).toEqual([[], false]);
  });

  it('a time stamp of another epoch is refused', async () => {
    const { send, end } = await open(voice);
    send(bytesOf(tone(100)), Date.UTC(2026, 0, 1));
    send(bytesOf(tone(1000)), 0);
    const { errors } = await end();
    expect(errors.map(({ code, seq }) => [code, seq])).toEqual([['payload_invalid', 0]]);
  });

  (hasFfmpeg ? it : it.skip)(
    `of a video of 8K the pictures are refused with their size, the sound is heard, and no other session notices${hasFfmpeg ? '' : ' (skipped: no ffmpeg)'}`,
    async () => {
      const beside = await open(voice);
      const film = await open(camera('webm-video'));
      for (const { ptsMs, bytes } of slicesOf(film8k('libx264'), FILM_8K.durationMs)) film.send(bytes, ptsMs);
      for (let i = 0; i < 4; i += 1) beside.send(bytesOf(tone(1000)), i * 1000);
      const seen = await film.end();
      expect(seen.errors).toMatchObject([
        { code: 'media_too_large', message: expect.stringContaining('7680 x 4320 px'), fatal: false },
      ]);
      expect(finals(seen.events).length).toBeGreaterThan(0);
      expect(ended(seen.events)).toMatchObject({ incomplete: false, dropped: { video_refused: 8 } });
      const { events, errors } = await beside.end();
      expect([errors, ended(events).incomplete, ended(events).dropped]).toEqual([[], false, {}]);
      expect(finals(events).length).toBeGreaterThan(0);
    },
    60_000,
  );

  it('of an animated WebP the first frame is seen', async () => {
    const picture = (background: string) => sharp({ create: { width: 64, height: 48, channels: 3, background } });
    const frames = await Promise.all(['#c86432', '#0000ff', '#00ff00'].map((c) => picture(c).png().toBuffer()));
    const animated = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    const { send, end } = await open(camera('webp'));
    for (let i = 0; i < 6; i += 1) send(animated, i * 500);
    const { events, errors } = await end();
    expect(errors).toEqual([]);
    expect(events.some(({ type }) => type === 'rapport.window.assessed')).toBe(true);
  });

  it('a still of another type than declared is refused with both named', async () => {
    const { send, end } = await open(camera('jpeg'));
    const png = sharp({ create: { width: 64, height: 48, channels: 3, background: '#fff' } }).png();
    send(await png.toBuffer());
    const { errors } = await end();
    expect(errors.map(({ code }) => code)).toEqual(['payload_invalid']);
    expect(errors[0]!.message).toMatch(/declared JPEG, this payload is a PNG/);
  });

  it.each<[string, (client: RawClient) => void, number, ErrorCode | '']>([
    ['chat of 1 MB', (client) => client.json(chat('a'.repeat(1_000_000))), 1009, 'message_too_large'],
    ['chat of 64 kB of emoji', (client) => client.json(chat('😀'.repeat(16_400))), 1009, 'message_too_large'],
    ['invalid UTF-8', (client) => client.textBytes(Uint8Array.of(0x22, 0xff, 0xfe, 0x22)), 1007, ''],
    ['an overlong form', (client) => client.textBytes(Uint8Array.of(0x22, 0xc0, 0xaf, 0x22)), 1007, ''],
  ])('%s closes its connection and no other', async (_name, misbehave, status, code) => {
    const bystander = await open(voice);
    const { client } = await open(voice);
    misbehave(client);
    expect(await client.closed).toEqual({ status, reason: code });
    if (code !== '') expect((await client.error()).advice).toBe(ERRORS[code].advice);
    bystander.send(bytesOf(tone(1500)));
    const { events, errors } = await bystander.end();
    expect([errors, finals(events).length]).toEqual([[], 1]);
  });
});

const chat = (text: string) => ({ type: 'chat.message', party: 'customer', text });
const isError = (message: ServerMessage) => message.type === 'error';
const finals = (events: readonly TypedEvent[]) => events.filter(({ type }) => type === 'rapport.transcript.final');

function ended(events: readonly TypedEvent[]) {
  const last = events.at(-1);
  if (last?.type !== 'rapport.session.ended') throw new Error('the session did not end');
  return last.data;
}

function gaps(events: readonly TypedEvent[], reason: string) {
  return events.filter((event) => event.type === 'rapport.session.updated' && event.data.detail.reason === reason);
}
