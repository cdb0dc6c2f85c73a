import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebmDemuxer } from '../../src/streams/codecs/webm-demuxer';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** Black and silent, and from 2 s on white and loud: what must come at one time is seen and heard at it. */
export const FLASH_MS = 2000;
export const FLASH_DURATION_MS = 4000;
export type FlashFilm = 'flash-vp8.webm' | 'flash-vp9.webm' | 'flash-vp9-10bit.webm' | 'flash-h264.mkv';
export const fixture = (name: FlashFilm | 'voice-5s.webm'): Uint8Array =>
  new Uint8Array(readFileSync(join(__dirname, '../fixtures/media', name)));

/** A moving test picture of this size without sound, 4 pictures in 2 s. */
export function largeFilm(size: string): Uint8Array {
  const source = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=2:d=2`];
  return filmed(...source, '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8');
}

export const FILM_8K = { width: 7680, height: 4320, durationMs: 4000 } as const;
export type Encoder8k = 'libvpx-vp9' | 'libx264';

/**
 * 8K, grey, two pictures a second, each a key frame of a few kilobytes: once decoded, 50 MB. With a tone.
 * @param told what its container says its size is; default: the truth
 */
export function film8k(encoder: Encoder8k, told: { width: number; height: number } = FILM_8K): Uint8Array {
  const { width, height, durationMs } = FILM_8K;
  const seconds = durationMs / 1000;
  const picture = ['-f', 'lavfi', '-i', `color=c=gray:s=${width}x${height}:r=2:d=${seconds}`];
  const sound = ['-f', 'lavfi', '-i', `sine=r=48000:d=${seconds}`, '-af', 'volume=4', '-c:a', 'libopus'];
  const quick = encoder === 'libx264' ? ['-preset', 'ultrafast'] : ['-deadline', 'realtime', '-cpu-used', '8'];
  const film = filmed(...picture, ...sound, '-c:v', encoder, ...quick, '-g', '1');
  rewrite(film, PIXEL_WIDTH, width, told.width);
  rewrite(film, PIXEL_HEIGHT, height, told.height);
  return film;
}

/** Matroska element ids (RFC 9559). */
const PIXEL_WIDTH = 0xb0;
const PIXEL_HEIGHT = 0xba;

/** Another value for the element of two bytes that has this one. */
function rewrite(film: Uint8Array, id: number, from: number, to: number): void {
  const at = Buffer.from(film.buffer, film.byteOffset, film.length).indexOf(Buffer.of(id, 0x82, from >> 8, from & 255));
  if (at < 0) throw new Error(`no element ${id.toString(16)} of ${from}`);
  film.set([to >> 8, to & 255], at + 2);
}

/** What ffmpeg makes of these arguments, as Matroska. */
function filmed(...args: string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-film-'));
  const file = join(folder, 'film.mkv');
  try {
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...args, file]);
    return new Uint8Array(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Slice {
  readonly ptsMs: number;
  readonly bytes: Uint8Array;
}

/** As a recorder hands it out: about so much time in each, cut anywhere, stamped with what begins in it. */
export function slicesOf(film: Uint8Array, durationMs: number, sliceMs = 250): Slice[] {
  const count = Math.ceil(durationMs / sliceMs);
  const step = Math.ceil(film.length / count);
  const demuxer = new WebmDemuxer(1 << 21);
  let lastMs = 0;
  return Array.from({ length: count }, (_, i) => {
    const bytes = film.subarray(i * step, (i + 1) * step);
    let firstMs: number | undefined;
    const seen = (_data: Uint8Array, timeMs: number, within: boolean): void => {
      if (within) firstMs ??= timeMs;
    };
    demuxer.push(bytes, { head: () => {}, film: () => {}, packet: seen, picture: seen, corrupt: () => {} });
    lastMs = firstMs ?? lastMs;
    return { ptsMs: lastMs, bytes };
  });
}
