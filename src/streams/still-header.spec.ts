import fc from 'fast-check';
import { STILL_TYPES, readStillHeader } from './still-header';
import { still } from './testing/session-script';

const text = (value: string) => [...Buffer.from(value, 'latin1')];
const png = (width: number, height: number) => {
  const ihdr = Buffer.alloc(8);
  ihdr.writeUInt32BE(width, 0);
  ihdr.writeUInt32BE(height, 4);
  return Uint8Array.from([
    ...text('\x89PNG\r\n\x1a\n'),
    0,
    0,
    0,
    13,
    ...text('IHDR'),
    ...ihdr,
    8,
    2,
    0,
    0,
    0,
    1,
    2,
    3,
    4,
  ]);
};
const webp = (chunk: string, body: readonly number[]) =>
  Uint8Array.from([
    ...text('RIFF'),
    99,
    0,
    0,
    0,
    ...text('WEBP'),
    ...text(chunk),
    9,
    0,
    0,
    0,
    ...body,
    ...new Array<number>(20).fill(0),
  ]);
const lossy = webp('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01]);
const lossless = webp('VP8L', [0x2f, 0x7f, 0xc2, 0x77, 0]);
const animated = webp('VP8X', [2, 0, 0, 0, 0x7f, 0x02, 0, 0xdf, 0x01, 0]);

describe('readStillHeader', () => {
  it.each([
    ['jpeg', still(640, 480)],
    ['png', png(640, 480)],
    ['webp', lossy],
    ['webp', lossless],
    ['webp', animated],
  ] as const)('reads the size of a %s', (type, bytes) => {
    expect(readStillHeader(bytes, type)).toEqual({ ok: true, type, width: 640, height: 480 });
    const padded = new Uint8Array(bytes.length + 3);
    padded.set(bytes, 3);
    expect(readStillHeader(padded.subarray(3), type)).toMatchObject({ ok: true, width: 640 });
  });

  it('says 7680 x 4320 of an 8K picture', () => {
    expect(readStillHeader(png(7680, 4320), 'png')).toMatchObject({ width: 7680, height: 4320 });
  });

  it.each([
    ['png', still(), 'the stream declared PNG, this payload is a JPEG'],
    ['jpeg', png(1, 1), 'the stream declared JPEG, this payload is a PNG'],
    ['webp', png(1, 1), 'the stream declared WebP, this payload is a PNG'],
    ['jpeg', lossy, 'the stream declared JPEG, this payload is a WebP'],
    ['webp', Uint8Array.from(text('GIF89a')), 'the stream declared WebP, this payload is a GIF'],
    ['png', Uint8Array.from([0, 0, 0, 28, ...text('ftypheic')]), 'the stream declared PNG, this payload is a HEIC'],
    ['png', Uint8Array.of(1, 2), 'the stream declared PNG, this payload is none of JPEG, PNG and WebP'],
  ] as const)('names both for another type than %s', (declared, bytes, reason) => {
    expect(readStillHeader(bytes, declared)).toEqual({ ok: false, reason });
  });

  it.each([
    ['a PNG of no width', 'png', png(0, 4)],
    ['a PNG that is cut off', 'png', png(4, 4).subarray(0, 30)],
    ['a PNG without IHDR', 'png', png(4, 4).fill(0, 12, 16)],
    ['a WebP without a picture', 'webp', webp('EXIF', [])],
    ['a WebP that is cut off', 'webp', lossy.subarray(0, 26)],
    ['a WebP without a key frame', 'webp', webp('VP8 ', [0, 0, 0, 0, 0, 0])],
  ] as const)('refuses %s', (_name, type, bytes) => {
    expect(readStillHeader(bytes, type).ok).toBe(false);
  });

  it('always comes back, whatever the bytes', () => {
    const starts = [text('\x89PNG\r\n\x1a\n'), text('RIFF....WEBP'), [0xff, 0xd8]];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 60 }), (start, rest) => {
        for (const type of STILL_TYPES) {
          const header = readStillHeader(Uint8Array.from([...start, ...rest]), type);
          expect(header.ok ? header.width > 0 && header.height > 0 : header.reason.length > 0).toBe(true);
        }
      }),
    );
  });
});
