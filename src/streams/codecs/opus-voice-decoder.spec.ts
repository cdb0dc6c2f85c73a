import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OggDemuxer, oggCrc } from './ogg-demuxer';
import { opusPacketSamples } from './opus-packet';
import { OpusRuntime } from './opus-runtime';
import { OpusVoiceDecoder } from './opus-voice-decoder';
import { NotingSink } from './testing/signals';
import { cluster, simpleBlock, webmHeader } from './testing/webm-writer';
import { WebmDemuxer } from './webm-demuxer';

const fixture = (name: string) => new Uint8Array(readFileSync(join(__dirname, '../../../test/fixtures/media', name)));
const webm = fixture('voice-5s.webm');
const ogg = fixture('voice-5s.ogg');

async function open(demuxer = new WebmDemuxer() as WebmDemuxer | OggDemuxer, channels = 1) {
  let decoder!: OpusVoiceDecoder;
  await new Promise<void>((resolve) => (decoder = new OpusVoiceDecoder(demuxer, channels, resolve)));
  return { decoder, sink: new NotingSink() };
}
const payload = (bytes: ArrayLike<number>, ptsMs = 0, discontinuity = false) => ({
  ptsMs,
  bytes: Uint8Array.from(bytes),
  discontinuity,
});

describe('OpusVoiceDecoder', () => {
  it.each([
    ['WebM', webm, () => new WebmDemuxer()],
    ['Ogg', ogg, () => new OggDemuxer()],
  ])('%s: the same sound however it is cut', async (_name, bytes, demuxer) => {
    const whole = await open(demuxer());
    whole.decoder.take(payload(bytes), whole.sink);
    const cut = await open(demuxer());
    for (let at = 0; at < bytes.length; at += 777) cut.decoder.take(payload(bytes.subarray(at, at + 777)), cut.sink);
    expect(cut.sink.all()).toEqual(whole.sink.all());
    expect(Math.abs(whole.sink.all().length - 80_000)).toBeLessThan(1200);
    expect(whole.sink.gaps).toEqual([]);
  });

  it('waits until it is ready, and while there is no room', async () => {
    const decoder = new OpusVoiceDecoder(new WebmDemuxer(), 1, () => {});
    const sink = new NotingSink();
    decoder.take(payload(webm), sink);
    expect([sink.pieces.length, decoder.waitingBytes > 25_000]).toEqual([0, true]);
    await open(); // by then this one is ready too
    sink.roomSamples = 16_000;
    decoder.drain(sink);
    expect(sink.all().length).toBeLessThanOrEqual(16_000);
    sink.roomSamples = Infinity;
    decoder.drain(sink);
    expect(decoder.waitingBytes).toBe(0);
  });

  it('gives each channel to its party', async () => {
    const { decoder, sink } = await open(new WebmDemuxer(), 2);
    expect(decoder.take(payload(fixture('left-2s.webm')), sink)).toBeUndefined();
    const rms = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length);
    expect(rms(sink.all(0))).toBeGreaterThan(20 * rms(sink.all(1)));
  });

  it('refuses one channel for two parties', async () => {
    const { decoder, sink } = await open(new WebmDemuxer(), 2);
    expect(decoder.take(payload(webm), sink)).toMatch(/one channel, where channels names two/);
    expect(sink.pieces).toEqual([]);
  });

  it('gives a damaged packet its length, and says so', async () => {
    const { decoder, sink } = await open();
    const good = simpleBlock(0, [0x08, 1, 2, 3]);
    const broken = simpleBlock(20, [0x0b]); // many frames, but no count
    const huge = simpleBlock(40, new Array<number>(5000).fill(8));
    decoder.take(payload([...webmHeader(), ...cluster(0), ...good, ...broken, ...huge, ...good]), sink);
    expect(sink.gaps.map(({ reason, fromMs }) => [reason, fromMs])).toEqual([
      ['corrupt_media', 20],
      ['corrupt_media', 40],
    ]);
    expect(sink.pieces.map(({ channels }) => channels[0]!.length)).toEqual([320, 320, 320, 320]);
  });

  it('sound behind a cluster whose head was lost stays in its place: no gap where the next one begins', async () => {
    const { decoder, sink } = await open();
    const packet = [0x08, 1, 2, 3];
    decoder.take(payload([...webmHeader(), ...cluster(0), ...simpleBlock(0, packet)]), sink);
    decoder.lost();
    const rest = [...simpleBlock(40, packet), ...simpleBlock(60, packet), ...cluster(5080), ...simpleBlock(0, packet)];
    decoder.take(payload(rest, 5040), sink);
    expect(sink.pieces.map(({ ptsMs }) => ptsMs)).toEqual([0, 5040, 5060, 5080]);
    expect(sink.gaps).toEqual([]);
  });

  it('is made anew after a fault, and goes on when it is ready', async () => {
    let woken!: () => void;
    const again = new Promise<void>((resolve) => (woken = resolve));
    let made = 0;
    let decoder!: OpusVoiceDecoder;
    await new Promise<void>((resolve) => {
      decoder = new OpusVoiceDecoder(new WebmDemuxer(), 1, () => (made++ === 0 ? resolve() : woken()));
    });
    const sink = new NotingSink();
    decoder.take(payload(webm.subarray(0, 6000)), sink);
    const before = sink.pieces.length;
    const fault = jest.spyOn(OpusRuntime.prototype, 'decode').mockReturnValueOnce(undefined);
    decoder.take(payload(webm.subarray(6000, 12_000)), sink);
    expect(sink.gaps).toEqual([expect.objectContaining({ reason: 'decoder_restarted' })]);
    expect([sink.pieces.length - before, sink.pieces.at(-1)!.channels[0]!.every((x) => x === 0)]).toEqual([1, true]);
    expect(decoder.waitingBytes).toBeGreaterThan(1000);
    await again;
    decoder.drain(sink);
    expect(decoder.waitingBytes).toBe(0);
    expect(sink.pieces.length).toBeGreaterThan(before + 10);
    fault.mockRestore();
  });

  it('counts an Ogg page whose checksum does not fit, and goes on', async () => {
    const bytes = ogg.slice();
    bytes[9000]! ^= 0xff;
    const { decoder, sink } = await open(new OggDemuxer());
    expect(decoder.take(payload(bytes), sink)).toMatch(/checksum/);
    expect(sink.gaps.length).toBeGreaterThan(0);
    expect(sink.all().length).toBeGreaterThan(70_000);
    expect(oggCrc(ogg.subarray(0, 47))).toBe(new DataView(ogg.buffer).getUint32(22, true));
  });

  // Bug: the page was believed, and all that followed lay in the year 6,000.
  it('does not follow an Ogg page whose position steps by more than an hour, and counts it', async () => {
    const bytes = ogg.slice();
    const view = new DataView(bytes.buffer);
    const pages = [...Buffer.from(bytes).toString('latin1').matchAll(/OggS/g)].map(({ index }) => index);
    const [from, to] = [pages[3]!, pages[4]!];
    view.setBigInt64(from + 6, 2n ** 52n, true);
    view.setUint32(from + 22, oggCrc(bytes.subarray(from, to)), true);
    const { decoder, sink } = await open(new OggDemuxer());
    expect(decoder.take(payload(bytes), sink)).toBeUndefined();
    expect(sink.gaps.length).toBe(1);
    expect(Math.max(...sink.pieces.map(({ ptsMs }) => ptsMs))).toBeLessThan(6000);
    expect(sink.all().length).toBeGreaterThan(70_000);
  });

  it('spends a bounded time on false Ogg pages inside each other', async () => {
    const { decoder, sink } = await open(new OggDemuxer());
    const head = [...Buffer.from('OggS'), 0, 0, ...new Array<number>(20).fill(0), 255];
    const nested = new Array<number[]>(5600).fill(head).flat();
    decoder.take(payload(nested), sink);
    expect(sink.gaps.length).toBeLessThan(200);
    decoder.take(payload(ogg), sink);
    expect(sink.all().length).toBeGreaterThan(70_000);
  });

  it('places packets by the payload that they begin in', async () => {
    const { decoder, sink } = await open();
    const packet = [0x08, 1, 2, 3];
    decoder.take(payload([...webmHeader(), ...cluster(500_00), ...simpleBlock(0, packet)], 3000), sink);
    decoder.take(payload([...simpleBlock(1000, packet), ...simpleBlock(1020, packet)], 4010), sink);
    expect(sink.pieces.map(({ ptsMs }) => ptsMs)).toEqual([3000, 4010, 4030]);
  });

  it.each([
    ['WebM', webm, () => new WebmDemuxer()],
    ['Ogg', ogg, () => new OggDemuxer()],
  ])('%s: begins anew at once where an init segment comes in the middle of a packet', async (_name, bytes, demuxer) => {
    const whole = await open(demuxer());
    whole.decoder.take(payload(bytes), whole.sink);
    const again = await open(demuxer());
    again.decoder.take(payload(bytes.subarray(0, 6123)), again.sink);
    const before = again.sink.pieces.length;
    expect(again.decoder.take({ ...payload(bytes, 7000), init: true }, again.sink)).toBeUndefined();
    const pieces = again.sink.pieces.slice(before);
    expect(pieces[0]!.ptsMs).toBe(7000);
    expect(pieces.map(({ channels }) => channels[0]!.length)).toEqual(
      whole.sink.pieces.map(({ channels }) => channels[0]!.length),
    );
    expect(again.sink.gaps).toEqual([{ reason: 'corrupt_media', fromMs: 7000, toMs: 7000 }]);
  });

  it.each([
    ['WebM', webm, () => new WebmDemuxer()],
    ['Ogg', ogg, () => new OggDemuxer()],
  ])('%s: says that the init segment is missing, flagged as one or not', async (_name, bytes, demuxer) => {
    const { decoder, sink } = await open(demuxer());
    expect(decoder.take(payload(bytes.subarray(5000, 9000)), sink)).toMatch(/send the init segment first/);
    expect(decoder.take(payload(bytes.subarray(9000, 12_000)), sink)).toMatch(/send the init segment first/);
    expect(decoder.take({ ...payload(bytes.subarray(9000)), init: true }, sink)).toMatch(/send the init segment/);
    expect(decoder.take({ ...payload(bytes), init: true }, sink)).toBeUndefined();
    expect(sink.all().length).toBeGreaterThan(78_000);
  });

  it('drops what 10,000 tiny packets a second bring beyond 400', async () => {
    const { decoder, sink } = await open();
    decoder.take(payload([...webmHeader(), ...cluster(0)]), sink);
    const flood = new Array<number[]>(1000).fill(simpleBlock(0, [0xe0, 1])).flat(); // 2.5 ms each
    for (let i = 0; i < 100; i += 1) decoder.take(payload(flood, i * 100), sink);
    expect(sink.pieces.length).toBeLessThanOrEqual(4000 + 10 * 400);
    expect(sink.gaps.length + sink.pieces.length).toBe(100_000);
    expect(new Set(sink.gaps.map(({ reason }) => reason))).toEqual(new Set(['packet_rate']));
  });
});

describe('opusPacketSamples', () => {
  it.each([
    ['no byte', [], undefined],
    ['one frame of 20 ms', [0x08, 1], 960],
    ['two equal frames', [0x09, 1, 2], 1920],
    ['two frames that are not equal', [0x09, 1, 2, 3], undefined],
    ['two frames with a length', [0x0a, 1, 5, 6], 1920],
    ['a length past the end', [0x0a, 9, 5], undefined],
    ['three frames of 60 ms, over 120 ms', [0x1b, 3, 1, 2, 3], undefined],
    ['six frames of 20 ms', [0x0b, 6, 1, 2, 3, 4, 5, 6], 5760],
    ['no frames', [0x0b, 0], undefined],
    ['padding past the end', [0x0b, 0x41, 200, 1], undefined],
    ['variable lengths', [0x0b, 0x82, 1, 7, 8, 9], 1920],
    ['a frame of more than 1275 bytes', [0x08, ...new Array<number>(1276).fill(0)], undefined],
  ])('%s', (_name, packet, samples) => {
    expect(opusPacketSamples(Uint8Array.from(packet))).toBe(samples);
  });
});
