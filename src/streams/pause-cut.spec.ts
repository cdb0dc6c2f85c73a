import { cutChunk, cutShape } from './pause-cut';
import { Pauses } from './pauses';
import { VIDEO, VOICE } from './testing/session-script';

const paused = (...spans: [number, number?][]): Pauses => {
  const pauses = new Pauses();
  for (const [from, to] of spans) {
    pauses.begin(from);
    if (to !== undefined) pauses.end(to);
  }
  return pauses;
};
const chunk = (ptsMs: number, length: number) => ({
  streamId: 1,
  seq: 0,
  ptsMs,
  byteOffset: 0,
  init: false,
  endOfStream: false,
  discontinuity: false,
  bytes: Uint8Array.from({ length }, (_, i) => i & 255),
});
/** First byte kept, how many, and where they lie. */
const kept = (result: ReturnType<typeof cutChunk>) => {
  const { bytes, ptsMs } = result.chunk;
  return { from: bytes[0], bytes: bytes.length, ptsMs, before: result.cutBefore, behind: result.cutBehind };
};

describe('what a pause leaves of a chunk', () => {
  const pcm = cutShape(VOICE);

  it('cuts PCM at the sample, at either end', () => {
    // 20 ms of 16 kHz: 640 bytes from 1000 on
    expect(kept(cutChunk(chunk(1000, 640), pcm, paused([1005])))).toMatchObject({ from: 0, bytes: 160, behind: true });
    expect(kept(cutChunk(chunk(1000, 640), pcm, paused([900, 1005])))).toEqual({
      from: 160,
      bytes: 480,
      ptsMs: 1005,
      before: true,
      behind: false,
    });
    expect(kept(cutChunk(chunk(1000, 640), pcm, paused([1000.01])))).toMatchObject({ bytes: 0 });
    expect(kept(cutChunk(chunk(1000, 640), pcm, paused([1020])))).toMatchObject({ bytes: 640, behind: false });
    expect(kept(cutChunk(chunk(1000, 640), pcm, paused([900, 1000])))).toMatchObject({ bytes: 640, before: false });
  });

  it('keeps both parties of a stereo frame or neither, and whole frames of telephone sound', () => {
    const stereo = cutShape({ ...VOICE, codec: 'pcm16le-8k', party: 'mixed', channels: ['customer', 'agent'] });
    expect(kept(cutChunk(chunk(0, 640), stereo, paused([10])))).toMatchObject({ bytes: 320 });
    const mulaw = cutShape({ ...VOICE, codec: 'mulaw-8k' });
    expect(kept(cutChunk(chunk(0, 160), mulaw, paused([0, 5])))).toMatchObject({ bytes: 120, from: 40, ptsMs: 5 });
  });

  it('takes a still by its moment', () => {
    const still = cutShape(VIDEO);
    expect(kept(cutChunk(chunk(999, 64), still, paused([1000])))).toMatchObject({ bytes: 64 });
    expect(kept(cutChunk(chunk(1000, 64), still, paused([1000])))).toMatchObject({ bytes: 0 });
  });

  it.each(['webm-opus', 'ogg-opus', 'webm-video'] as const)(
    'drops all of %s while it lasts: a slice may reach into it',
    (codec) => {
      const shape = cutShape({ ...VOICE, codec });
      expect(kept(cutChunk(chunk(500, 64), shape, paused([1000])))).toMatchObject({
        bytes: 0,
        before: true,
        behind: true,
      });
      expect(kept(cutChunk(chunk(500, 64), shape, paused([1000, 2000])))).toMatchObject({ bytes: 64 });
      expect(kept(cutChunk(chunk(1500, 64), shape, paused([1000, 2000])))).toMatchObject({ bytes: 0 });
    },
  );
});
