import fc from 'fast-check';
import { readJpegHeader } from './jpeg-header';

const sof = (marker: number, width: number, height: number) => [
  0xff,
  marker,
  0,
  11,
  8,
  height >> 8,
  height & 255,
  width >> 8,
  width & 255,
  1,
  1,
  0x11,
  0,
];
const read = (...bytes: number[]) => readJpegHeader(Uint8Array.from(bytes));

describe('readJpegHeader', () => {
  it.each([0xc0, 0xc1, 0xc2])('reads the size of SOF %i', (marker) => {
    expect(read(0xff, 0xd8, ...sof(marker, 640, 481))).toEqual({ ok: true, width: 640, height: 481 });
  });

  it('steps over segments with a thumbnail inside, fill bytes and tables', () => {
    const thumbnail = [0xff, 0xd8, ...sof(0xc0, 1, 1)];
    const app1 = [0xff, 0xe1, 0, thumbnail.length + 2, ...thumbnail];
    const dht = [0xff, 0xc4, 0, 3, 0];
    expect(read(0xff, 0xd8, ...app1, 0xff, 0xff, ...dht, ...sof(0xc0, 7, 9))).toEqual({
      ok: true,
      width: 7,
      height: 9,
    });
  });

  it.each([
    ['empty', []],
    ['a PNG', [0x89, 0x50, 0x4e, 0x47]],
    ['the start alone', [0xff, 0xd8]],
    ['a scan before the frame header', [0xff, 0xd8, 0xff, 0xda, 0, 2]],
    ['a segment of length 0', [0xff, 0xd8, 0xff, 0xe0, 0, 0, ...sof(0xc0, 7, 9)]],
    ['a cut frame header', [0xff, 0xd8, ...sof(0xc0, 7, 9).slice(0, 8)]],
    ['no height', [0xff, 0xd8, ...sof(0xc0, 7, 0)]],
  ])('refuses %s', (_name, bytes) => {
    expect(read(...bytes)).toMatchObject({ ok: false });
  });

  it('always comes back, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const header = readJpegHeader(Uint8Array.from([0xff, 0xd8, ...bytes]));
        return !header.ok || (header.width > 0 && header.height > 0);
      }),
    );
  });
});
