import type { StreamDescription } from '@rapport-live/protocol';
import type { ConnectOptions } from '../options';
import type { RapportSession } from '../session';
import type { AnalyzeFileOptions } from './analyze-file';
import { Extraction, type FileContent, type FilePart } from './extract';
import { loadFfmpeg } from './ffmpeg';

const VOICE_ID = 1;
const VIDEO_ID = 2;
const FRAME_MS = 100;

/** `analyzeFile`, told how to connect. */
export async function streamFile(
  file: File,
  options: AnalyzeFileOptions,
  connect: (options: ConnectOptions) => Promise<RapportSession>,
): Promise<RapportSession> {
  const { channels, stillsPerSecond = 2, maxSidePx = 640, signal, onProgress = () => {} } = options;
  const load = options.loadFfmpeg ?? (() => loadFfmpeg(options.ffmpegCoreUrl));
  const ways = { channels: channels === undefined ? 1 : 2, stillsPerSecond, maxSidePx } as const;
  const extraction = new Extraction(file, load, ways);
  const onAbort = (): void => extraction.close();
  try {
    signal?.throwIfAborted();
    signal?.addEventListener('abort', onAbort);
    onProgress({ stage: 'loading' });
    const content = await extraction.content();
    signal?.throwIfAborted();
    const session = await connect({ ...options, recorded: true, streams: streamsOf(content, options) });
    const sent = (sentMs: number): void => onProgress({ stage: 'sending', sentMs, totalMs: content.durationMs });
    void (async () => {
      for await (const part of extraction.parts(content)) {
        await sendPart(session, part, ways);
        sent(part.fromMs + lengthMs(part, ways));
      }
      await session.end();
    })()
      .catch((error: Error) => session.abort(error))
      .finally(() => {
        signal?.removeEventListener('abort', onAbort);
        extraction.close();
      });
    return session;
  } catch (error) {
    signal?.removeEventListener('abort', onAbort);
    extraction.close();
    throw signal?.aborted === true ? signal.reason : error;
  }
}

function streamsOf({ hasSound, hasPictures }: FileContent, options: AnalyzeFileOptions): StreamDescription[] {
  const { party = 'customer', channels } = options;
  const seen = party === 'agent' ? 'agent' : 'customer';
  const who = channels === undefined ? { party } : { party: 'mixed' as const, channels };
  return [
    ...(hasSound ? [{ streamId: VOICE_ID, kind: 'voice', codec: 'pcm16le-16k', ...who } as const] : []),
    ...(hasPictures ? [{ streamId: VIDEO_ID, kind: 'video', codec: 'jpeg', party: seen } as const] : []),
  ];
}

interface Ways {
  readonly channels: number;
  readonly stillsPerSecond: number;
}

function lengthMs({ pcm, stills }: FilePart, { channels, stillsPerSecond }: Ways): number {
  return Math.max(pcm.byteLength / (32 * channels), (stills.length * 1000) / stillsPerSecond);
}

/** In the order of time; waits for the credit of each piece. */
async function sendPart(session: RapportSession, part: FilePart, ways: Ways): Promise<void> {
  const bytesPerMs = 32 * ways.channels;
  const stillMs = 1000 / ways.stillsPerSecond;
  for (let atMs = 0, next = 0; atMs < lengthMs(part, ways); atMs += FRAME_MS) {
    for (; next < part.stills.length && next * stillMs <= atMs; next += 1) {
      await session.send(VIDEO_ID, part.stills[next]!, part.fromMs + next * stillMs);
    }
    const frame = part.pcm.subarray(atMs * bytesPerMs, (atMs + FRAME_MS) * bytesPerMs);
    if (frame.byteLength > 0) await session.send(VOICE_ID, frame, part.fromMs + atMs);
  }
}
