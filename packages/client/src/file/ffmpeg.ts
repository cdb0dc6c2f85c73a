import { RapportError } from '@rapport-live/protocol';

/** What is used of `FFmpeg` of `@ffmpeg/ffmpeg` 0.12: a worker of its own with FFmpeg as WebAssembly, and files in its memory. */
export interface Ffmpeg {
  on(event: 'log', listener: (log: { readonly message: string }) => void): void;
  off(event: 'log', listener: (log: { readonly message: string }) => void): void;
  exec(args: string[]): Promise<number>;
  createDir(path: string): Promise<unknown>;
  mount(type: 'WORKERFS', options: { readonly files: readonly object[] }, at: string): Promise<unknown>;
  readFile(path: string): Promise<unknown>;
  deleteFile(path: string): Promise<unknown>;
  terminate(): void;
}

type Loaded = Ffmpeg & { load(urls: { readonly coreURL: string }): Promise<unknown> };

/**
 * `@ffmpeg/ffmpeg` from where the user installed it, with its core from their own server: both are asked for when the first
 * file is. The core is GPL-2.0-or-later, so neither is ours to bundle.
 */
export async function loadFfmpeg(coreUrl: string | undefined): Promise<Ffmpeg> {
  if (coreUrl === undefined) {
    throw new RapportError('ffmpeg_unavailable', 'Neither ffmpegCoreUrl nor loadFfmpeg was given.');
  }
  try {
    // A name that no compiler looks up: it is there for those who installed it.
    const name = '@ffmpeg/ffmpeg';
    const { FFmpeg } = (await import(/* @vite-ignore */ name)) as { FFmpeg: new () => Loaded };
    const ffmpeg = new FFmpeg();
    await ffmpeg.load({ coreURL: coreUrl });
    return ffmpeg;
  } catch (cause) {
    throw new RapportError('ffmpeg_unavailable', `FFmpeg could not be loaded: ${String(cause)}.`, { cause });
  }
}
