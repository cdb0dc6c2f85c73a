import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { basename, resolve } from 'node:path';
import { Refusal } from '../refusal';
import { inEventTime, type Stretch } from './event-time';
import type { OnFault } from './plain-sound';
import { type TimedBlock, timedBlocks } from './timed-blocks';

/** What ffmpeg says of a file. */
export interface Probe {
  /** 0 when it does not say. */
  readonly durationMs: number;
  /** Of the first audio stream; 0 without one. */
  readonly audioChannels: number;
  readonly hasVideo: boolean;
  /** The container says when its sound is; of others the sound is counted. */
  readonly hasTimes: boolean;
}

/** What is heard, and the silence before it where the container says that nothing was there. */
export interface Sound {
  /** PCM16 at 16 kHz, channels interleaved. */
  readonly pcm: Buffer;
  readonly silenceMs: number;
}

const DEFAULT_PROGRAM = 'ffmpeg';
/** Of what it says on standard error, at most this is kept. */
const MAX_STDERR_CHARACTERS = 16_384;
/** Playlists and the like may name addresses: nothing but local files is opened. */
const LOCAL_ONLY = ['-hide_banner', '-nostdin', '-protocol_whitelist', 'file,pipe'];
const input = (path: string): string[] => ['-i', `file:${resolve(path)}`];

/** Containers, by ffmpeg's names, whose packets have times of their own; in others ffmpeg counts, and damage makes it count wrong. */
const TIMED = new Set(['matroska', 'mov', 'mpegts', 'mpeg', 'ogg', 'asf', 'flv', 'avi', 'nut', 'rm']);

/** The setting RAPPORT_FFMPEG where none is to be used. */
const NO_PROGRAM = 'off';

/** It is not installed, not found, or not to be used. */
export class FfmpegMissing extends Refusal {
  constructor(path: string, program: string) {
    const [why, fix] =
      program === NO_PROGRAM
        ? ['is switched off', 'set RAPPORT_FFMPEG to the program']
        : program === DEFAULT_PROGRAM
          ? ['was not found', 'install ffmpeg']
          : [`was not found as ${program}`, 'correct RAPPORT_FFMPEG'];
    super(
      `${basename(path)} is no WAV or FLAC file and no Opus in Ogg or WebM, and ffmpeg, which reads the others, ${why}: ` +
        `${fix}, or convert it to WAV (PCM, 16 bits).`,
    );
  }
}

/** The program ffmpeg, by its name or path. */
export class Ffmpeg {
  constructor(private readonly program = DEFAULT_PROGRAM) {}

  /** The streams of a file. Throws a Refusal when ffmpeg is not installed or cannot read the file. */
  async probe(path: string): Promise<Probe> {
    const { said } = await finished(this.start(path, []), path);
    const found = readProbe(said);
    if (found.audioChannels === 0 && !found.hasVideo) throw unreadable(path, said);
    return found;
  }

  /**
   * PCM16 at 16 kHz of the first audio stream, channels interleaved, one piece after the other.
   * @param onFault told why, when not all of the file could be read.
   */
  audio(path: string, channels: 1 | 2, onFault?: OnFault): AsyncGenerator<Buffer> {
    return this.output(path, [...soundAs('s16le', channels), 'pipe:1'], onFault);
  }

  /**
   * The same with the holes that the times of the container tell, a late start being one. ffmpeg's own filter for it
   * (`aresample=async`) counts from the beginning again wherever the form of the sound changes, be it by a spoilt header.
   */
  async *timedAudio(path: string, channels: 1 | 2, durationMs: number, onFault?: OnFault): AsyncGenerator<Sound> {
    const output = this.output(path, [...soundAs('matroska', channels), '-c:a', 'pcm_s16le', 'pipe:1'], onFault);
    const options = { durationMs: durationMs || Infinity, beginMs: 0, onFault };
    for await (const { stretch, silenceMs } of inEventTime(stretches(output, channels), options))
      yield { pcm: stretch.data, silenceMs };
  }

  /** JPEG pictures of the first video stream, one after the other, `stillsPerSecond` a second from 0 on. */
  stills(path: string, stillsPerSecond: number, maxWidthPx: number, onFault?: OnFault): AsyncGenerator<Buffer> {
    const filter = `fps=${stillsPerSecond}:start_time=0,scale='min(${maxWidthPx},iw)':-2`;
    const still = ['-c:v', 'mjpeg', '-q:v', '4', '-f', 'image2pipe', 'pipe:1'];
    return this.output(path, ['-map', '0:v:0', '-vf', filter, ...still], onFault);
  }

  /** Standard output as it comes: the child waits while nobody reads, and ends with the reader. */
  private async *output(path: string, args: readonly string[], onFault?: OnFault): AsyncGenerator<Buffer> {
    const child = this.start(path, args, ['-loglevel', 'error']);
    const end = finished(child, path);
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
      if (said !== '') onFault?.(reasonIn(said));
    } finally {
      child.kill('SIGKILL');
    }
  }

  private start(path: string, args: readonly string[], before: readonly string[] = []): Child {
    if (this.program === NO_PROGRAM) throw new FfmpegMissing(path, this.program);
    // A group of its own: Ctrl-C is ours to handle, so that what was analysed is still written.
    return spawn(this.program, [...LOCAL_ONLY, ...before, ...input(path), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
  }
}

const RATE_PER_MS = 16;
const SAMPLE_BYTES = 2;

const soundAs = (format: string, channels: 1 | 2): string[] =>
  ['-map', '0:a:0', '-ar', String(1000 * RATE_PER_MS), '-ac', String(channels), '-f', format]; // prettier-ignore

async function* stretches(output: AsyncIterable<Buffer>, channels: 1 | 2): AsyncGenerator<TimedBlock & Stretch> {
  for await (const block of timedBlocks(output))
    yield { ...block, lengthMs: block.data.length / (RATE_PER_MS * SAMPLE_BYTES * channels) };
}

/** From the banner that `ffmpeg -i FILE` prints. */
export function readProbe(said: string): Probe {
  const lines = said.split('\n');
  const time = /Duration: (\d+):(\d+):(\d+(?:\.\d+)?)/.exec(said);
  const durationMs = time === null ? 0 : 1000 * (3600 * Number(time[1]) + 60 * Number(time[2]) + Number(time[3]));
  const audio = lines.find((line) => /^\s*Stream #0:.*Audio:/.test(line));
  const hasVideo = lines.some((line) => /^\s*Stream #0:.*Video:/.test(line) && !line.includes('attached pic'));
  const channels = audio === undefined ? 0 : / (mono|1 channels)[,\s]/.test(audio) ? 1 : 2;
  const format = /^Input #0, (\S+), from /m.exec(said)?.[1] ?? '';
  const hasTimes = format.split(',').some((name) => TIMED.has(name));
  return { durationMs, audioChannels: channels, hasVideo, hasTimes };
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

function finished(child: Child, path: string): Promise<{ said: string }> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (said.length < MAX_STDERR_CHARACTERS) said += text;
  });
  return new Promise((resolveEnd, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      child.stdout.destroy();
      const isMissing = error.code === 'ENOENT' || error.code === 'EACCES';
      reject(isMissing ? new FfmpegMissing(path, child.spawnfile) : error);
    });
    child.once('close', () => resolveEnd({ said }));
  });
}

function unreadable(path: string, said: string): Refusal {
  return new Refusal(
    `${basename(path)} holds no sound or picture that ffmpeg reads (${reasonIn(said)}): check that it is a whole recording.`,
  );
}

/** The part of ffmpeg that speaks, in front of a line. */
const SPEAKER = /^(\[[^\]]* @ 0x[0-9a-f]+\] ?)+/;
/** Lines that say no more than that it failed. */
const GENERAL = /^(Error |Application provided invalid|Conversion failed|Nothing was written|.*: Invalid data found)/;

/** The line of it that says most: the last of a part of ffmpeg that is not just the general one, else the last. */
function reasonIn(said: string): string {
  const lines = said.trim().split('\n');
  const parts = lines.filter((line) => SPEAKER.test(line)).map((line) => line.replace(SPEAKER, ''));
  const line = parts.filter((part) => !GENERAL.test(part)).pop() ?? lines.pop() ?? '';
  return line.replace(/^.*file:\S*: /, '').replace(/[.\s]*$/, '');
}
