import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FilmHead } from '../codecs/demuxer';
import { endRing, makeRing, writeSome } from './byte-ring';
import { CORE_PLACES, ffmpegArguments, type FfmpegLimits, stillSpacingMs } from './ffmpeg-arguments';
import type { FfmpegCoreTask, FromFfmpegCore } from './ffmpeg-core-worker';
import { matroskaHeader, matroskaPicture } from './matroska-writer';
import { StillReader } from './still-reader';
import type { VideoDecoder, VideoDecoderEvents } from './video-decoder';
import { type CompiledModule, webAssembly } from './webassembly';

/** Between us and the worker; what finds no room waits here, bounded by the credit of the stream. */
const RING_BYTES = 1024 * 1024;

export interface FfmpegCore {
  readonly script: string;
  readonly version: string;
  /** Compiled once; workers share it. */
  readonly module: CompiledModule;
}

/** The package, if the user installed it; else why not. It is GPL and 32 MB, so no dependency of ours. */
export async function findFfmpegCore(nameOrFolder: string): Promise<FfmpegCore | string> {
  try {
    const folder = packageFolder(nameOrFolder);
    const { name, version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      string
    >;
    const script = join(folder, 'dist', 'umd', 'ffmpeg-core.js');
    const module = await webAssembly.compile(await readFile(join(folder, 'dist', 'umd', 'ffmpeg-core.wasm')));
    if (name !== '@ffmpeg/core') return `a package called ${name}`; // core-mt leaks with every run
    return { script, version: version ?? 'of no version', module };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'MODULE_NOT_FOUND' || code === 'ENOENT' ? 'not installed' : `it does not load (${code ?? message})`;
  }
}

function packageFolder(nameOrFolder: string): string {
  if (isAbsolute(nameOrFolder) || nameOrFolder.startsWith('.')) return resolve(nameOrFolder);
  // Its package.json is not exported, its script is: PACKAGE/dist/umd/ffmpeg-core.js.
  return join(dirname(createRequire(__filename).resolve(nameOrFolder)), '..', '..');
}

/** One worker thread and one exec for one stream. A hung one is only stopped by ending its thread: `close` does. */
export function openFfmpegCore(
  { script, module }: FfmpegCore,
  head: FilmHead,
  limits: FfmpegLimits,
  events: VideoDecoderEvents,
): VideoDecoder {
  const ring = makeRing(RING_BYTES);
  const task: FfmpegCoreTask = {
    script,
    module,
    ring,
    args: ['-seekable', '0', ...ffmpegArguments(CORE_PLACES, limits)],
  };
  const worker = new Worker(workerPath(), { workerData: task, name: 'video', env: {}, stdout: true, stderr: true });
  const waiting: Uint8Array[] = [];
  let closed = false;
  let isEnding = false;
  let outcome: string | undefined = 'its thread ended';
  const close = (fault?: string): void => {
    if (closed) return;
    closed = true;
    waiting.length = 0;
    void worker.terminate();
    if (fault !== undefined) events.closed(fault);
  };
  const reader = new StillReader(stillSpacingMs(limits), {
    decoded: (ptsMs) => closed || events.decoded(ptsMs),
    still: (ptsMs, jpeg) => closed || events.still(ptsMs, jpeg),
  });
  const pass = (): void => {
    while (waiting.length > 0) {
      const count = writeSome(ring, waiting[0]!);
      if (count < waiting[0]!.length) {
        waiting[0] = waiting[0]!.subarray(count);
        return;
      }
      waiting.shift();
    }
    if (isEnding) endRing(ring);
  };
  const put = (bytes: Uint8Array): void => {
    waiting.push(bytes);
    pass();
  };
  worker.on('message', (message: FromFfmpegCore) => {
    if (closed) return;
    let fault: string | undefined;
    if (message.type === 'stills') fault = reader.stills(message.bytes);
    else if (message.type === 'log') fault = reader.log(Buffer.from(message.bytes).toString('latin1'));
    else if (message.type === 'room') pass();
    else outcome = message.status === 0 ? undefined : `it ended (${message.status}): ${message.said.trim()}`;
    if (fault !== undefined) close(fault);
  });
  worker.on('error', (error) => (outcome = `its thread failed: ${error.message}`));
  worker.on('exit', () => {
    if (closed) return;
    closed = true;
    events.closed(outcome);
  });
  put(matroskaHeader(head));
  return {
    write: (ptsMs, key, picture) => put(matroskaPicture(ptsMs, key, picture)),
    end: () => {
      isEnding = true;
      pass();
    },
    close: () => close(),
  };
}

function workerPath(): string {
  const beside = join(__dirname, 'ffmpeg-core-worker.js');
  // Under Jest this file is source, and the compiled worker stands under dist/.
  return existsSync(beside) ? beside : join(__dirname, '../../../dist/streams/video/ffmpeg-core-worker.js');
}
