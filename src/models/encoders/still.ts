import sharp from 'sharp';
import type { Picture } from './picture';

/** The one file that knows sharp: a compressed still to pixels, within bounds. */

/** A still with more pixels is refused before it is decoded (a small file can claim a huge picture). 4096 x 4096. */
export const MAX_STILL_PIXELS = 16_777_216;
/** Faces are found in 128 x 128 and cut to 48 x 48: more pixels than this would only cost time. */
const MAX_DECODED_WIDTH_PX = 640;
/** Formats that are decoded, by their first bytes: sharp could read many more. */
const isStill = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 0, [0xff, 0xd8, 0xff]) || // JPEG
  startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47]) || // PNG
  (startsWith(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, 8, [0x57, 0x45, 0x42, 0x50])); // WebP

// One picture at a time in each worker, and nothing kept: memory stays what the pool's bounds say.
sharp.cache(false);
sharp.concurrency(1);

export type Still =
  { readonly picture: Picture } | { readonly refused: 'not_a_still' | 'too_many_pixels' | 'undecodable' };

/**
 * A JPEG, PNG or WebP to RGB at most 640 pixels wide, turned upright by its EXIF note; of an animation, its first frame.
 * A bad one is a value, not a throw.
 */
export async function decodeStill(still: Uint8Array): Promise<Still> {
  if (!isStill(still)) return { refused: 'not_a_still' };
  try {
    const { data, info } = await sharp(still, { pages: 1, limitInputPixels: MAX_STILL_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize({ width: MAX_DECODED_WIDTH_PX, withoutEnlargement: true, kernel: 'linear' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) return { refused: 'undecodable' };
    return { picture: { width: info.width, height: info.height, rgb: data } };
  } catch (error) {
    return { refused: /pixel limit/.test(String(error)) ? 'too_many_pixels' : 'undecodable' };
  }
}

function startsWith(bytes: Uint8Array, at: number, magic: readonly number[]): boolean {
  return magic.every((byte, i) => bytes[at + i] === byte);
}
