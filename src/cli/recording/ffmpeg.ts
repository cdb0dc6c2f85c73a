import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { basename, resolve } from 'node:path';
import { Refusal } from '../refusal';

/** What ffmpeg says of a file. */
export interface Probe {
  /** 0 when it does not say. */
  readonly durationMs: number;
  /** Of the first audio stream; 0 without one. */
  readonly audioChannels: number;
  readonly hasVideo: boolean;
}

/** Of what it says on standard error, at most this is kept. */
const MAX_STDERR_CHARACTERS = 16_384;
/** Playlists and the like may name addresses: nothing but local files is opened. */
const LOCAL_ONLY = ['-hide_banner', '-nostdin', '-protocol_whitelist', 'file,pipe'];
const input = (path: string): string[] => ['-i', `file:${resolve(path)}`];

/** It is not installed, or not found. */
export class FfmpegMissing extends Refusal {
  constructor(path: string) {
    super(
      `${basename(path)} is no WAV or FLAC file and no Opus in Ogg or WebM, and ffmpeg, which reads the others, was not found: ` +
        'install ffmpeg, or convert it to WAV (PCM, 16 bits).',
    );
  }
}

/** The streams of a file. Throws a Refusal when ffmpeg is not installed or cannot read the file. */
export async function probe(path: string): Promise<Probe> {
  const { said } = await finished(start([...LOCAL_ONLY, ...input(path)]));
  const found = readProbe(said);
  if (found.audioChannels === 0 && !found.hasVideo) throw unreadable(path, said);
  return found;
}

/** From the banner that `ffmpeg -i FILE` prints. */
export function readProbe(said: string): Probe {
  const lines = said.split('\n');
  const time = /Duration: (\d+):(\d+):(\d+(?:\.\d+)?)/.exec(said);
  const durationMs = time === null ? 0 : 1000 * (3600 * Number(time[1]) + 60 * Number(time[2]) + Number(time[3]));
  const audio = lines.find((line) => /^\s*Stream #0:.*Audio:/.test(line));
  const hasVideo = lines.some((line) => /^\s*Stream #0:.*Video:/.test(line) && !line.includes('attached pic'));
  const channels = audio === undefined ? 0 : / (mono|1 channels)[,\s]/.test(audio) ? 1 : 2;
  return { durationMs, audioChannels: channels, hasVideo };
}

/** PCM16 at 16 kHz of the first audio stream, channels interleaved; a late start and gaps are filled with silence. */
export function decodeAudio(path: string, channels: 1 | 2): AsyncGenerator<Buffer> {
  const audio = ['-map', '0:a:0', '-af', 'aresample=async=1:first_pts=0', '-ar', '16000', '-ac', String(channels)];
  return output(path, [...audio, '-f', 's16le', 'pipe:1']);
}

/** JPEG pictures of the first video stream, one after the other, `stillsPerSecond` a second from 0 on. */
export function decodeStills(path: string, stillsPerSecond: number, maxWidthPx: number): AsyncGenerator<Buffer> {
  const filter = `fps=${stillsPerSecond}:start_time=0,scale='min(${maxWidthPx},iw)':-2`;
  return output(path, ['-map', '0:v:0', '-vf', filter, '-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2pipe', 'pipe:1']);
}

/** Standard output as it comes: the child waits while nobody reads, and ends with the reader. */
async function* output(path: string, args: readonly string[]): AsyncGenerator<Buffer> {
  const child = start([...LOCAL_ONLY, '-loglevel', 'error', ...input(path), ...args]);
  const end = finished(child);
  end.catch(() => {}); // awaited below; a reader that stops early does not
  let bytes = 0;
  try {
    for await (const chunk of child.stdout) {
      bytes += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    const { said } = await end;
    // What came before a fault in the file is used; nothing at all is told.
    if (bytes === 0) throw unreadable(path, said);
  } finally {
    child.kill('SIGKILL');
  }
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function start(args: readonly string[]): Child {
  // A group of its own: Ctrl-C is ours to handle, so that what was analysed is still written.
  return spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32' });
}

function finished(child: Child): Promise<{ said: string }> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < MAX_STDERR_CHARACTERS) said += text;
  });
  return new Promise((resolveEnd, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      child.stdout.destroy();
      reject(
        error.code === 'ENOENT' ? new FfmpegMissing(child.spawnargs.find((a) => a.startsWith('file:')) ?? '') : error,
      );
    });
    child.once('close', () => resolveEnd({ said }));
  });
}

function unreadable(path: string, said: string): Refusal {
  const last = said.trim().split('\n').pop() ?? '';
  const reason = last.replace(/^.*file:\S*: /, '').replace(/[.\s]*$/, '');
  return new Refusal(`${basename(path)} holds no sound or picture that ffmpeg reads (${reason}): convert it to WAV.`);
}
