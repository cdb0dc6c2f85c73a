import { ScriptedDoor } from '../../test/scripted-door';
import type { ConnectOptions } from '../options';
import { RapportSession } from '../session';
import type { AnalyzeFileOptions, FileProgress } from './analyze-file';
import type { Ffmpeg } from './ffmpeg';
import { streamFile } from './stream-file';

const CALL = [
  'Input #0, matroska',
  '  Duration: 00:00:31.00, start: 0',
  '  Stream #0:0: Audio: opus',
  '  Stream #0:1: Video: vp8',
];

/** FFmpeg as a test writes it down: what it says of a file, and what its runs write. */
class ScriptedFfmpeg implements Ffmpeg {
  readonly runs: string[][] = [];
  readonly files = new Map<string, Uint8Array>();
  isTerminated = false;
  private listener: ((log: { message: string }) => void) | undefined;

  constructor(private readonly says: readonly string[]) {}

  on(_event: 'log', listener: (log: { message: string }) => void): void {
    this.listener = listener;
  }

  off(): void {
    this.listener = undefined;
  }

  async exec(args: string[]): Promise<number> {
    this.runs.push(args);
    if (!args.includes('-y')) {
      for (const message of this.says) this.listener?.({ message });
      return 1;
    }
    const seconds = args[args.indexOf('-ss') + 1] === '0' ? 30 : 1;
    if (args.includes('sound.pcm')) this.files.set('sound.pcm', new Uint8Array(seconds * 32_000));
    for (let i = 1; i <= seconds * 2 && args.includes('still-%d.jpg'); i += 1)
      this.files.set(`still-${i}.jpg`, Uint8Array.of(i));
    return 0;
  }

  createDir = async (): Promise<void> => {};
  mount = async (): Promise<void> => {};

  async readFile(path: string): Promise<Uint8Array> {
    const file = this.files.get(path);
    if (file === undefined) throw new Error('ErrnoError: FS error');
    return file;
  }

  async deleteFile(path: string): Promise<void> {
    this.files.delete(path);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

describe('analyzeFile', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());
  const turns = async (count = 2_000): Promise<void> => {
    for (let i = 0; i < count; i += 1) await Promise.resolve();
  };

  function analyzed(says: readonly string[], options: Partial<AnalyzeFileOptions> = {}) {
    const door = new ScriptedDoor();
    const ffmpeg = new ScriptedFfmpeg(says);
    const progress: FileProgress[] = [];
    const connect = async (given: ConnectOptions): Promise<RapportSession> => {
      const session = new RapportSession({ ...given, url: 'ws://service/', apiKey: 'key' }, door.open);
      await turns(10);
      door.newest.ready({ 1: 10_000_000, 2: 10_000_000 });
      return session;
    };
    const whole = {
      url: '',
      loadFfmpeg: async () => ffmpeg,
      onProgress: (one: FileProgress) => progress.push(one),
      ...options,
    };
    const session = streamFile(new File([], 'call.webm'), whole, connect);
    return { door, ffmpeg, progress, session };
  }

  it('sends sound and stills of the file in the order of their time, part by part, as a recording', async () => {
    const { door, ffmpeg, progress, session } = analyzed(CALL);
    await session;
    await turns();
    expect(door.newest.messages[0]).toMatchObject({
      recorded: true,
      streams: [
        { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' },
        { streamId: 2, kind: 'video', party: 'customer', codec: 'jpeg' },
      ],
    });
    const { frames } = door.newest;
    const voice = frames.filter(({ streamId }) => streamId === 1);
    const stills = frames.filter(({ streamId }) => streamId === 2);
    expect(voice.map(({ ptsUs }) => ptsUs / 1000)).toEqual(Array.from({ length: 310 }, (_, i) => i * 100));
    expect(stills.map(({ ptsUs }) => ptsUs / 1000)).toEqual(Array.from({ length: 62 }, (_, i) => i * 500));
    expect(frames.map(({ ptsUs }) => ptsUs)).toEqual(frames.map(({ ptsUs }) => ptsUs).sort((a, b) => a - b));
    expect(progress).toEqual([
      { stage: 'loading' },
      { stage: 'sending', sentMs: 30_000, totalMs: 31_000 },
      { stage: 'sending', sentMs: 31_000, totalMs: 31_000 },
    ]);
    expect(ffmpeg.files.size).toBe(0);
    expect(door.newest.messages.at(-1)?.type).toBe('session.end');
    expect(ffmpeg.isTerminated).toBe(true);
    (await session).abort();
  });

  it('a file without pictures, whose cover is none, is sound alone; two channels are two parties', async () => {
    const says = ['  Duration: N/A', '  Stream #0:0: Audio: mp3', '  Stream #0:1: Video: mjpeg (attached pic)'];
    const { door, ffmpeg, session } = analyzed(says, { channels: ['agent', 'customer'] });
    await session;
    await turns();
    expect(door.newest.messages[0]).toMatchObject({
      streams: [{ streamId: 1, party: 'mixed', channels: ['agent', 'customer'], codec: 'pcm16le-16k' }],
    });
    expect(ffmpeg.runs[1]).toEqual(expect.arrayContaining(['-ac', '2', 'sound.pcm']));
    expect(ffmpeg.runs[1]).not.toContain('still-%d.jpg');
    (await session).abort();
  });

  it('says why a file cannot be read, why FFmpeg is not there, and what the caller gave up for', async () => {
    const unreadable = analyzed(['call.webm: Invalid data found when processing input']);
    await expect(unreadable.session).rejects.toMatchObject({
      code: 'file_unreadable',
      message: /Invalid data/ as never,
    });
    expect(unreadable.ffmpeg.isTerminated).toBe(true);
    const missing = analyzed(CALL, { loadFfmpeg: undefined });
    await expect(missing.session).rejects.toMatchObject({ code: 'ffmpeg_unavailable' });
    const uninstalled = analyzed(CALL, { loadFfmpeg: undefined, ffmpegCoreUrl: '/core.js' });
    await expect(uninstalled.session).rejects.toMatchObject({ code: 'ffmpeg_unavailable' });
    const stopped = analyzed(CALL, { signal: AbortSignal.abort(new Error('another file')) });
    await expect(stopped.session).rejects.toThrow('another file');
    expect([unreadable, missing, uninstalled, stopped].flatMap(({ door }) => door.connections)).toEqual([]);
  });

  it('a run that fails in the middle ends the session with its cause', async () => {
    const { ffmpeg, session } = analyzed(CALL);
    const exec = ffmpeg.exec.bind(ffmpeg);
    ffmpeg.exec = (args) =>
      args.includes('30') && args.indexOf('-ss') >= 0 && args[args.indexOf('-ss') + 1] === '30'
        ? Promise.reject(new Error('memory access out of bounds'))
        : exec(args);
    const reader = (await session)[Symbol.asyncIterator]();
    await turns();
    await expect(reader.next()).rejects.toThrow('memory access out of bounds');
  });
});
