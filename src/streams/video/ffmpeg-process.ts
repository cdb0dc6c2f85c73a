import { type ChildProcess, execFile, spawn, type SpawnOptions } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { FilmHead } from '../codecs/demuxer';
import { ffmpegArguments, type FfmpegLimits, stillSpacingMs } from './ffmpeg-arguments';
import { matroskaHeader, matroskaPicture } from './matroska-writer';
import { StillReader } from './still-reader';
import type { VideoDecoder, VideoDecoderEvents } from './video-decoder';

/** Of what it says on standard error, so much is kept for the log. */
const MAX_FAULT_CHARACTERS = 300;
const VERSION_TIMEOUT_MS = 10_000;

export interface FfmpegProgram {
  readonly path: string;
  /** As it says it: `5.1.9-0+deb12u1`, `7.1`, `N-118000-g0123456`. */
  readonly version: string;
}

/** The program, if it is there and runs; else why not. */
export async function findFfmpeg(name: string): Promise<FfmpegProgram | string> {
  const path = process.platform === 'win32' ? name : await onPath(name);
  if (path === undefined) return 'not found';
  return new Promise((resolve) => {
    execFile(path, ['-hide_banner', '-version'], { timeout: VERSION_TIMEOUT_MS }, (error, stdout) => {
      const version = /^ffmpeg version (\S+)/.exec(stdout)?.[1];
      if (version !== undefined && error === null) resolve({ path, version });
      else resolve((error as NodeJS.ErrnoException | null)?.code === 'ENOENT' ? 'not found' : 'it does not run');
    });
  });
}

/** Whole, since the children that decode get no environment: ours may hold keys. */
function onPath(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', 'command -v -- "$0"', name], (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    );
  });
}

/** `-fps_mode` came with 5.1; builds from the repository are named by their commit and newer. */
export function hasFpsMode(version: string): boolean {
  const [, major, minor] = /^n?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 1);
}

/**
 * One ffmpeg for one stream. Node keeps what the child has not read yet: the credit of the stream bounds it. The child
 * reads nothing but its standard input, and ends when that ends, so also when we die.
 */
export function openFfmpeg(
  { path, version }: FfmpegProgram,
  head: FilmHead,
  limits: FfmpegLimits,
  events: VideoDecoderEvents,
): VideoDecoder {
  const places = { input: 'pipe:0', stills: 'pipe:1', log: 'pipe:3', hasFpsMode: hasFpsMode(version) };
  const args = ['-protocol_whitelist', 'pipe', ...ffmpegArguments(places, limits)];
  const child = start(path, args, limits.maxVideoBytes);
  const [stdin, stdout, stderr, log] = child.stdio as unknown as [ChildProcess['stdin'], Readable, Readable, Readable];
  let closed = false;
  let said = '';
  const close = (fault?: string): void => {
    if (closed) return;
    closed = true;
    child.kill('SIGKILL'); // the only signal that a stopped one obeys
    for (const stream of child.stdio) stream?.destroy();
    if (fault !== undefined) events.closed(fault);
  };
  const reader = new StillReader(stillSpacingMs(limits), {
    decoded: (ptsMs) => closed || events.decoded(ptsMs),
    still: (ptsMs, jpeg) => closed || events.still(ptsMs, jpeg),
  });
  const check = (fault: string | undefined): void => {
    if (fault !== undefined) close(fault);
  };
  stdout.on('data', (chunk: Buffer) => check(reader.stills(chunk)));
  log.setEncoding('latin1').on('data', (text: string) => check(reader.log(text)));
  stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MAX_FAULT_CHARACTERS)));
  // A child that is gone is told by `close`, whatever else breaks with it.
  for (const stream of child.stdio) stream?.on('error', () => {});
  child.on('error', (error) => close(`it did not start: ${(error as NodeJS.ErrnoException).code}`));
  child.on('close', (status, signal) => {
    if (closed) return;
    closed = true;
    events.closed(status === 0 ? undefined : `it ended (${signal ?? status}): ${said.trim()}`);
  });
  stdin!.write(matroskaHeader(head));
  return {
    write: (ptsMs, key, picture) => void stdin!.write(matroskaPicture(ptsMs, key, picture)),
    end: () => void stdin!.end(),
    close: () => close(),
  };
}

/** In a group of its own: Ctrl-C is for us to handle. Where a shell can, it bounds the memory of the child. */
function start(path: string, args: readonly string[], maxBytes: number): ChildProcess {
  const options: SpawnOptions = { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] };
  if (process.platform === 'win32') return spawn(path, args, options);
  const bounded = 'ulimit -v "$0" 2>/dev/null; exec "$@"';
  const kilobytes = String(Math.floor(maxBytes / 1024));
  return spawn('/bin/sh', ['-c', bounded, kilobytes, path, ...args], { ...options, env: {}, detached: true });
}
