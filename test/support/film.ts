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
  const folder = mkdtempSync(join(tmpdir(), 'rapport-film-'));
  const file = join(folder, 'film.webm');
  try {
    const source = ['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=2:d=2`];
    const codec = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'];
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...source, ...codec, file]);
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
