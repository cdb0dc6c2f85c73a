import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PARTIES, type ParticipantUpdate } from '@rapport-live/protocol';
import { z } from 'zod';
import { readMonoPcm16 } from '../cli/recording/wav';

const ms = z.number().min(0);

/** `call.json` of a recorded or made-up call: its streams on one clock. */
const CallFile = z.object({
  formatVersion: z.literal(1),
  title: z.string(),
  language: z.string(),
  durationMs: ms,
  voice: z.array(z.object({ party: z.enum(PARTIES), file: z.string(), sampleRateHz: z.literal(16000) })),
  chat: z.array(z.object({ party: z.enum(['customer', 'agent']), ptsMs: ms, text: z.string() })),
  video: z
    .object({
      party: z.enum(PARTIES),
      framesDir: z.string(),
      frames: z.array(z.object({ ptsMs: ms, file: z.string() })),
    })
    .optional(),
});

/** One thing to send, at its time. */
export type Cue =
  | { readonly ptsMs: number; readonly kind: 'media'; readonly streamId: number; readonly payload: Uint8Array }
  | { readonly ptsMs: number; readonly kind: 'chat'; readonly party: 'customer' | 'agent'; readonly text: string }
  | ({ readonly kind: 'participant' } & Pick<ParticipantUpdate, 'ptsMs' | 'action' | 'party'>);

export interface SampleCall {
  readonly title: string;
  readonly language: string;
  readonly durationMs: number;
  readonly streams: readonly {
    readonly streamId: number;
    readonly kind: 'voice' | 'video';
    readonly party: (typeof PARTIES)[number];
    readonly codec: 'pcm16le-16k' | 'jpeg';
  }[];
  /** In the order of their time. */
  readonly cues: readonly Cue[];
}

/** Voice is sent in pieces of this length, as a softphone would. */
const CHUNK_MS = 100;
const BYTES_PER_MS = 32;

/** Reads a folder with `call.json`. `transformVoice` lets a test change the audio. */
export function readSampleCall(
  folder: string,
  transformVoice: (pcm: Uint8Array) => Uint8Array = (pcm) => pcm,
): SampleCall {
  const call = CallFile.parse(JSON.parse(readFileSync(join(folder, 'call.json'), 'utf8')));
  const streams: SampleCall['streams'][number][] = [];
  const cues: Cue[] = [];
  for (const voice of call.voice) {
    const streamId = streams.length + 1;
    streams.push({ streamId, kind: 'voice', party: voice.party, codec: 'pcm16le-16k' });
    const pcm = transformVoice(readMonoPcm16(readFileSync(join(folder, voice.file))).pcm);
    for (let at = 0; at < pcm.byteLength; at += CHUNK_MS * BYTES_PER_MS) {
      // A microphone hands a piece over when it is full: it is sent at its end, stamped with its beginning.
      cues.push({
        ptsMs: at / BYTES_PER_MS,
        kind: 'media',
        streamId,
        payload: pcm.subarray(at, at + CHUNK_MS * BYTES_PER_MS),
      });
    }
  }
  if (call.video !== undefined) {
    const streamId = streams.length + 1;
    streams.push({ streamId, kind: 'video', party: call.video.party, codec: 'jpeg' });
    for (const frame of call.video.frames) {
      const payload = readFileSync(join(folder, call.video.framesDir, frame.file));
      cues.push({ ptsMs: frame.ptsMs, kind: 'media', streamId, payload });
    }
  }
  for (const { party, ptsMs, text } of call.chat) cues.push({ ptsMs, kind: 'chat', party, text });
  cues.sort((a, b) => a.ptsMs - b.ptsMs);
  return { title: call.title, language: call.language, durationMs: call.durationMs, streams, cues };
}
