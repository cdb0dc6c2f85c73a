import sharp from 'sharp';
import { decodeStill } from '../../src/models/encoders/still';

const jpegOf = async (width: number, height: number) =>
  new Uint8Array(
    await sharp({ create: { width, height, channels: 3, background: '#c86432' } })
      .jpeg()
      .toBuffer(),
  );

describe('decodeStill', () => {
  it('gives RGB at most 640 wide', async () => {
    const still = await decodeStill(await jpegOf(1280, 720));
    if ('refused' in still) throw new Error(still.refused);
    expect([still.picture.width, still.picture.height, still.picture.rgb.length]).toEqual([640, 360, 640 * 360 * 3]);
    [200, 100, 50].forEach((value, i) => expect(Math.abs(still.picture.rgb[i]! - value)).toBeLessThan(4));
  });

  it('makes three channels of grey and does not enlarge', async () => {
    const grey = await sharp(await jpegOf(64, 48))
      .greyscale()
      .jpeg()
      .toBuffer();
    expect(await decodeStill(grey)).toMatchObject({ picture: { width: 64, height: 48 } });
  });

  it('turns a picture upright', async () => {
    const turned = await sharp(await jpegOf(64, 48))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await decodeStill(turned)).toMatchObject({ picture: { width: 48, height: 64 } });
  });

  it.each(['png', 'webp'] as const)('decodes %s, 16 bits and transparency too', async (format) => {
    const rgba = sharp({
      create: { width: 64, height: 48, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 1 } },
    });
    const still = await decodeStill(
      await rgba
        .toColourspace(format === 'png' ? 'rgb16' : 'srgb')
        .toFormat(format)
        .toBuffer(),
    );
    if ('refused' in still) throw new Error(still.refused);
    expect([still.picture.width, still.picture.height, still.picture.rgb.length]).toEqual([64, 48, 64 * 48 * 3]);
    [200, 100, 50].forEach((value, i) => expect(Math.abs(still.picture.rgb[i]! - value)).toBeLessThan(6));
  });

  it('decodes the first frame of an animated WebP', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 64, height: 48, channels: 3, background } })
        .png()
        .toBuffer();
    const frames = [await frame('#c86432'), await frame('#0000ff')];
    const animated = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer();
    expect((await sharp(animated).metadata()).pages).toBe(2);
    const still = await decodeStill(animated);
    expect(still).toMatchObject({ picture: { width: 64, height: 48 } });
    if ('picture' in still) expect([...still.picture.rgb.subarray(0, 3)]).toEqual([200, 100, 50]);
  });

  it('refuses what is no still, broken or too large to decode', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    expect(await decodeStill(svg)).toEqual({ refused: 'not_a_still' });
    expect(await decodeStill(new Uint8Array(0))).toEqual({ refused: 'not_a_still' });
    const jpeg = await jpegOf(64, 48);
    expect(await decodeStill(jpeg.subarray(0, 200))).toEqual({ refused: 'undecodable' });
    const huge = jpeg.slice();
    const frame = huge.findIndex((byte, i) => byte === 0xff && huge[i + 1] === 0xc0);
    // height and width 60,000: in a file of under a kilobyte
    huge.set([0xea, 0x60, 0xea, 0x60], frame + 5);
    expect(await decodeStill(huge)).toEqual({ refused: 'too_many_pixels' });
  });
});
