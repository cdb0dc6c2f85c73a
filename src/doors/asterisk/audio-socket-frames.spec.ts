import fc from 'fast-check';
import { encodeFrame, FrameCutter } from './audio-socket-frames';

describe('frames of AudioSocket', () => {
  it('are those of its documentation', () => {
    expect(encodeFrame(0x00).toString('hex')).toBe('000000');
    expect(encodeFrame(0x10, new Uint8Array(320)).subarray(0, 3).toString('hex')).toBe('100140');
  });

  it('come out as they went in, however they are cut', () => {
    const frame = fc.record({ type: fc.nat(255), payload: fc.uint8Array({ maxLength: 400 }) });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.array(fc.integer({ min: 1, max: 300 })), (frames, sizes) => {
        const bytes = Buffer.concat(frames.map(({ type, payload }) => encodeFrame(type, payload)));
        const cutter = new FrameCutter();
        const out: { type: number; payload: Uint8Array }[] = [];
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const size = sizes[i] ?? 1000;
          const chunk = Buffer.from(bytes.subarray(at, at + size));
          for (const { type, payload } of cutter.cut(chunk)) out.push({ type, payload: new Uint8Array(payload) });
          chunk.fill(0xee); // nothing of a read is kept
          at += size;
        }
        expect(cutter.isInside).toBe(false);
        expect(out).toEqual(frames);
      }),
    );
  });

  it('that are not whole are waited for', () => {
    const cutter = new FrameCutter();
    expect([...cutter.cut(Buffer.from([0x03, 0x00]))]).toEqual([]);
    expect(cutter.isInside).toBe(true);
    expect([...cutter.cut(Buffer.from([0x01, 0x37, 0x00]))]).toEqual([{ type: 3, payload: Buffer.from('7') }]);
    expect(cutter.isInside).toBe(true);
  });
});
