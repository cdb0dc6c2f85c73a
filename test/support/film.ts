import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebmDemuxer } from '../../src/streams/codecs/webm-demuxer';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;

/** Black and silent, and from `flashMs` on white and loud: what must come at one time is seen and heard at it. */
export function flashFilm(durationMs: number, flashMs: number, codec: readonly string[], container = 'webm'): Uint8Array {
  const [duration, flash] = [durationMs / 1000, flashMs / 1000];
  const picture = `color=black:s=320x240:r=30:d=${duration},drawbox=c=white:t=fill:enable='gte(t,${flash})'`;
  const sound = `aevalsrc='if(gte(t,${flash}),0.5*sin(2*PI*440*t),0)':s=48000:d=${duration}`;
  const opus = ['-c:a', 'libopus', '-b:a', '32k'];
  return encode(['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound, ...codec, ...opus], container);
}

/** What ffmpeg makes of these arguments. Key frames each half second, as a test has no time for a browser's 3 s. */
export function encode(args: readonly string[], container = 'webm'): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-film-'));
  const file = join(folder, `film.${container === 'webm' ? 'webm' : 'mkv'}`);
  try {
    execFileSync('ffmpeg', ['-v', 'error', '-y', ...args, '-g', '15', '-f', container, file]);
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

export const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k'];
export const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k'];
export const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'];
