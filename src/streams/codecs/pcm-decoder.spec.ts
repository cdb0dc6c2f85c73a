import { PcmDecoder, type PcmFormat } from './pcm-decoder';
import { NotingSink, atRate, bytesOf, overTelephone, sampleVoice, sine } from './testing/signals';

const options = { anchorToleranceMs: 60 };
const open = (format: PcmFormat) => new PcmDecoder(format, options);

describe('PcmDecoder', () => {
  it('gives each channel of a stereo stream to its party, of any alignment', () => {
    const decoder = open({ rateHz: 16_000, channels: 2 });
    const sink = new NotingSink();
    const padded = new Uint8Array(9);
    padded.set(bytesOf(Int16Array.of(1, -1, 2, -2)), 1);
    decoder.take({ ptsMs: 5, bytes: padded.subarray(1), discontinuity: false }, sink);
    expect(sink.pieces).toEqual([
      { ptsMs: 5, channels: [Int16Array.of(1, 2), Int16Array.of(-1, -2)], discontinuity: false },
    ]);
    expect(decoder.misfit(6)).toMatch(/6 bytes is no 16-bit PCM of 2 channels/);
  });

  it('places what comes out of the filter at the time it went in', () => {
    const decoder = open({ rateHz: 8000, channels: 1 });
    const sink = new NotingSink();
    for (let i = 0; i < 50; i += 1) {
      decoder.take({ ptsMs: 1000 + i * 20, bytes: bytesOf(sine(440, 8000, 160)), discontinuity: false }, sink);
    }
    decoder.end(sink);
    let atMs = 1000;
    for (const { ptsMs, channels } of sink.pieces) {
      expect(ptsMs).toBeCloseTo(atMs, 6);
      atMs += channels[0]!.length / 16;
    }
    expect(atMs).toBeCloseTo(2000, 6);
  });

  it('lets nothing ring over a jump of the time stamps or a discontinuity', () => {
    const decoder = open({ rateHz: 8000, channels: 1 });
    const sink = new NotingSink();
    const part = bytesOf(sine(440, 8000, 800));
    decoder.take({ ptsMs: 0, bytes: part, discontinuity: false }, sink);
    decoder.take({ ptsMs: 5000, bytes: part, discontinuity: false }, sink);
    decoder.take({ ptsMs: 5100, bytes: part, discontinuity: true }, sink);
    decoder.end(sink);
    const all = sink.all();
    expect(all.length).toBe(4800);
    expect(all.subarray(1600, 3200)).toEqual(all.subarray(0, 1600));
    expect(all.subarray(3200)).toEqual(all.subarray(0, 1600));
    expect(sink.pieces.filter((piece) => piece.discontinuity).map((piece) => piece.ptsMs)).toEqual([5100]);
  });

  it('decodes nothing from 0 bytes', () => {
    const sink = new NotingSink();
    const decoder = open({ rateHz: 24_000, channels: 1 });
    decoder.take({ ptsMs: 0, bytes: new Uint8Array(0), discontinuity: false }, sink);
    decoder.end(sink);
    expect(sink.pieces).toEqual([]);
  });

  it.each([
    ['a telephone line sent at 48 kHz', true],
    ['sound of 16 kHz', false],
  ])('hears whether it is %s', (_what, narrow) => {
    const voice = sampleVoice(6500, 17_000);
    const at48k = atRate(narrow ? overTelephone(voice) : voice, 48_000);
    const decoder = open({ rateHz: 48_000, channels: 1 });
    const sink = new NotingSink();
    for (let ptsMs = 0; ptsMs < 10_500; ptsMs += 20) {
      const frame = at48k.subarray(ptsMs * 48, (ptsMs + 20) * 48);
      decoder.take({ ptsMs, bytes: bytesOf(frame), discontinuity: false }, sink);
    }
    const notice = expect.objectContaining({ reason: 'narrow_band', declaredHz: 48_000, bandwidthHz: 4000 });
    expect(sink.notices).toEqual(narrow ? [notice] : []);
  });
});
