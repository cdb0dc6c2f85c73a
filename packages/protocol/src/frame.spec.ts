import fc from 'fast-check';
import { GOLDEN_FRAMES } from '../test/golden-frames';
import { FRAME_HEADER_BYTES, FrameFlag, decodeFrame, encodeFrame, type FrameHeader } from './frame';

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const plain: FrameHeader = { flags: 0, streamId: 1, seq: 0, ptsUs: 0, byteOffset: 0 };

const header = fc.record({
  flags: fc.integer({ min: 0, max: 15 }),
  streamId: fc.integer({ min: 0, max: 0xffff }),
  seq: fc.integer({ min: 0, max: 0xffffffff }),
  ptsUs: fc.maxSafeNat(),
  byteOffset: fc.maxSafeNat(),
});
const payload = fc.uint8Array({ maxLength: 4096 });

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('frame codec', () => {
  it('gives back every header and payload', () => {
    fc.assert(
      fc.property(header, payload, (h, p) => {
        expect(decodeFrame(encodeFrame(h, p))).toEqual({ ok: true, frame: { ...h, payload: p } });
      }),
      { numRuns: 500 },
    );
  });

  it('gives back the largest and the smallest value of each field', () => {
    for (const h of [plain, { flags: 15, streamId: 0xffff, seq: 0xffffffff, ptsUs: MAX_SAFE, byteOffset: MAX_SAFE }]) {
      expect(decodeFrame(encodeFrame(h, new Uint8Array()))).toEqual({
        ok: true,
        frame: { ...h, payload: new Uint8Array() },
      });
    }
  });

  it('reads a message that lies within a larger Buffer, as ws hands them over', () => {
    fc.assert(
      fc.property(header, payload, fc.integer({ min: 0, max: 64 }), fc.nat(64), (h, p, before, after) => {
        const encoded = encodeFrame(h, p);
        const whole = Buffer.alloc(before + encoded.byteLength + after, 0xee);
        whole.set(encoded, before);
        const decoded = decodeFrame(whole.subarray(before, before + encoded.byteLength));
        if (!decoded.ok) throw new Error(decoded.fault.kind);
        const { payload: read, ...fields } = decoded.frame;
        expect(fields).toEqual(h);
        expect(hexOf(read)).toBe(hexOf(p));
      }),
    );
  });

  it('hands the payload over as a view, not a copy', () => {
    const encoded = encodeFrame(plain, Uint8Array.of(1, 2, 3));
    const decoded = decodeFrame(encoded);
    expect(decoded.ok && decoded.frame.payload.buffer).toBe(encoded.buffer);
  });

  it.each(GOLDEN_FRAMES)('$hex', ({ header: h, payload: p, hex }) => {
    expect(hexOf(encodeFrame(h, bytesOf(p)))).toBe(hex.replaceAll(' ', ''));
    expect(decodeFrame(bytesOf(hex))).toEqual({ ok: true, frame: { ...h, payload: bytesOf(p) } });
  });

  it('refuses every header that is cut short', () => {
    const whole = encodeFrame(plain, new Uint8Array());
    for (let bytes = 0; bytes < FRAME_HEADER_BYTES; bytes++) {
      expect(decodeFrame(whole.subarray(0, bytes))).toEqual({ ok: false, fault: { kind: 'too_short', bytes } });
    }
  });

  it('refuses every other version', () => {
    const bytes = encodeFrame(plain, new Uint8Array());
    for (let version = 0; version < 256; version++) {
      bytes[0] = version;
      const decoded = decodeFrame(bytes);
      if (version === 1) expect(decoded.ok).toBe(true);
      else expect(decoded).toEqual({ ok: false, fault: { kind: 'version', version } });
    }
  });

  it('refuses every undefined flag and takes every defined one', () => {
    const defined = Object.values(FrameFlag).reduce((all, bit) => all | bit, 0);
    const bytes = encodeFrame(plain, new Uint8Array());
    for (let flags = 0; flags < 256; flags++) {
      bytes[1] = flags;
      const decoded = decodeFrame(bytes);
      if ((flags & ~defined) === 0) expect(decoded.ok && decoded.frame.flags).toBe(flags);
      else expect(decoded).toEqual({ ok: false, fault: { kind: 'flags', flags } });
    }
  });

  it.each([
    ['ptsUs', 8],
    ['byteOffset', 16],
  ] as const)('refuses a %s above 2^53 - 1', (field, at) => {
    const above = fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(above, (value) => {
        const bytes = Buffer.from(encodeFrame(plain, new Uint8Array()));
        bytes.writeBigUInt64BE(value, at);
        expect(decodeFrame(bytes)).toEqual({ ok: false, fault: { kind: 'range', field } });
      }),
      { examples: [[2n ** 53n], [2n ** 64n - 1n]] },
    );
  });

  it.each([
    ['flags', 16],
    ['streamId', 0x1_0000],
    ['seq', 0x1_0000_0000],
    ['ptsUs', MAX_SAFE + 1],
    ['byteOffset', MAX_SAFE + 1],
  ] as const)('does not encode a %s that does not fit', (field, tooMuch) => {
    for (const value of [tooMuch, -1, 0.5, NaN, Infinity]) {
      expect(() => encodeFrame({ ...plain, [field]: value }, new Uint8Array())).toThrow(RangeError);
    }
  });

  it('never throws on what peers may send, and encodes again what it took', () => {
    const wild = fc.uint8Array({ maxLength: 64 });
    // the high bytes of the 64-bit fields are small: most of these are frames
    const nearlyRight = fc
      .tuple(fc.nat(31), fc.uint8Array({ minLength: 22, maxLength: 64 }))
      .map(([flags, rest]) =>
        Uint8Array.of(1, flags, ...rest).map((byte, at) => (at % 8 < 2 && at >= 8 ? byte & 1 : byte)),
      );
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(wild, nearlyRight), (bytes) => {
        const decoded = decodeFrame(bytes);
        if (!decoded.ok) return;
        taken++;
        expect(hexOf(encodeFrame(decoded.frame, decoded.frame.payload))).toBe(hexOf(bytes));
      }),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(0);
  });
});
