import type { Party } from '@rapport-live/protocol';
import { connect } from '../client';
import type { ConnectOptions } from '../options';
import type { RapportSession } from '../session';
import type { Ffmpeg } from './ffmpeg';

/** How far the file is. `loading`: FFmpeg is fetched, 31 MB once; `sending`: media ms sent, of all where the file tells. */
export type FileProgress =
  | { readonly stage: 'loading' }
  | { readonly stage: 'sending'; readonly sentMs: number; readonly totalMs: number | undefined };

export interface AnalyzeFileOptions extends Omit<ConnectOptions, 'streams' | 'pace' | 'recorded'> {
  /** Where the page serves `@ffmpeg/core/dist/esm/ffmpeg-core.js`, its `.wasm` beside it. */
  readonly ffmpegCoreUrl?: string;
  /** In place of that: gives an `FFmpeg` of `@ffmpeg/ffmpeg` that is loaded. Asked again for each 50 minutes of the file. */
  readonly loadFfmpeg?: () => Promise<Ffmpeg>;
  /** Who is heard and seen. Default `customer`; `mixed` for both in one channel, which is transcribed only. */
  readonly party?: Party;
  /** The file has two channels with one party each: who is in the first, and who in the second. */
  readonly channels?: ['customer' | 'agent', 'customer' | 'agent'];
  /** Default 2. */
  readonly stillsPerSecond?: number;
  /** Longer side of a still. Default 640. */
  readonly maxSidePx?: number;
  readonly onProgress?: (progress: FileProgress) => void;
}

/**
 * Streams a recorded file through the service, faster than real time, as fast as its credit lets: sound and stills are taken
 * out of it in the browser, 30 s at a time. Resolves once the session is open; iterate it for the results. Rejects, and
 * later the iteration does, with RapportError `ffmpeg_unavailable`, `file_unreadable`, or what `connect` rejects with.
 */
export async function analyzeFile(file: File, options: AnalyzeFileOptions): Promise<RapportSession> {
  // A file of its own in the browser, loaded when the first recording is.
  const { streamFile } = await import('./stream-file.js');
  return streamFile(file, options, connect);
}
