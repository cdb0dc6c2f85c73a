import { basename } from 'node:path';
import type { Party } from '@rapport-live/protocol';
import type { Cue } from '../../demo/sample-call';

/** What a file holds, as the service will be told. */
export interface RecordedStream {
  readonly streamId: number;
  readonly kind: 'voice' | 'video';
  readonly party: Party;
  readonly codec: 'pcm16le-16k' | 'jpeg';
}

/** A file that was looked at and can be streamed, piece by piece: never held in memory as a whole. */
export interface Recording {
  /** As given on the command line. */
  readonly name: string;
  /** 0 when the file does not say. */
  readonly durationMs: number;
  readonly streams: readonly RecordedStream[];
  /** Something a reader should know: the file is cut off, channels were mixed down. More may come while it is read. */
  readonly remarks: readonly string[];
  /** What it holds, in the order of its time. Ends its child processes when the reader stops. */
  readonly cues: () => AsyncIterable<Cue>;
}

/** Whose voices the channels hold, left to right; one party for a mix of all. */
export type Channels = readonly [Party] | readonly [Party, Party];

/** The remark of a file whose two channels are one voice. */
export const MIXED = 'Both channels were mixed into one voice.';

/** The remark of a file that is damaged. */
export const faultIn = (what: string, reason: string): string =>
  `There is a fault in ${what} (${reason}): what could be read was analysed.`;

/** All channels as one: their mean. */
export function mixed(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0)] = channels;
  return first.map((_, i) => channels.reduce((sum, channel) => sum + channel[i]!, 0) / channels.length);
}

/** How to make a file of it that is read. */
export const conversion = (path: string): string =>
  `Convert it: ffmpeg -i ${basename(path)} -c:a pcm_s16le -ac 1 -ar 16000 converted.wav`;

/** Voice goes out in pieces of this length, as a softphone would send it. */
export const CHUNK_MS = 100;
/** Bytes a millisecond of `pcm16le-16k`. */
export const BYTES_PER_MS = 32;

export const voiceStream = (streamId: number, party: Party): RecordedStream => ({
  streamId,
  kind: 'voice',
  party,
  codec: 'pcm16le-16k',
});

/** PCM16 bytes of one stream as cues of `CHUNK_MS`; the last one may be shorter. */
export class VoiceCues {
  private held: Uint8Array = new Uint8Array(0);
  private sentBytes = 0;

  constructor(private readonly streamId: number) {}

  *push(pcm: Uint8Array): Generator<Cue> {
    const all = Buffer.concat([this.held, pcm]);
    const size = CHUNK_MS * BYTES_PER_MS;
    let at = 0;
    for (; at + size <= all.length; at += size) yield this.cue(all.subarray(at, at + size));
    this.held = all.subarray(at);
  }

  *flush(): Generator<Cue> {
    const whole = this.held.subarray(0, this.held.length - (this.held.length % 2));
    if (whole.length > 0) yield this.cue(whole);
    this.held = new Uint8Array(0);
  }

  private cue(payload: Uint8Array): Cue {
    const ptsMs = this.sentBytes / BYTES_PER_MS;
    this.sentBytes += payload.length;
    return { ptsMs, kind: 'media', streamId: this.streamId, payload };
  }
}

/** Several sources, each in the order of its time, as one in that order. Closes all of them when the reader stops. */
export async function* mergeByTime(sources: readonly AsyncIterable<Cue>[]): AsyncGenerator<Cue> {
  const readers = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(readers.map((reader) => reader.next()));
    for (;;) {
      let first = -1;
      for (const [i, head] of heads.entries()) {
        if (head.done === true) continue;
        if (first < 0 || head.value.ptsMs < (heads[first]!.value as Cue).ptsMs) first = i;
      }
      if (first < 0) return;
      yield heads[first]!.value as Cue;
      heads[first] = await readers[first]!.next();
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return?.()));
  }
}
