import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cue, readSampleCall, type SampleCall } from '../../src/demo/sample-call';
import { bytesOf } from './sound';

export const SAMPLE_DIR = join(__dirname, '../../sample');
const CHUNK_MS = 100;
const BYTES_PER_MS = 32;

type Stream = SampleCall['streams'][number];
type Party = Stream['party'];

/** A made-up call: what each party's microphone and camera give, and the chat. Streams are numbered from 1, voices first. */
export function makeCall(parts: {
  readonly voices?: readonly { readonly party: Party; readonly samples: Int16Array }[];
  readonly stills?: { readonly party: Party; readonly jpegs: readonly Uint8Array[]; readonly everyMs: number };
  readonly chat?: readonly { readonly party: 'customer' | 'agent'; readonly ptsMs: number; readonly text: string }[];
}): SampleCall {
  const streams: Stream[] = [];
  const cues: Cue[] = [];
  let durationMs = 0;
  for (const { party, samples } of parts.voices ?? []) {
    const streamId = streams.length + 1;
    streams.push({ streamId, kind: 'voice', party, codec: 'pcm16le-16k' });
    const pcm = bytesOf(samples);
    for (let at = 0; at < pcm.byteLength; at += CHUNK_MS * BYTES_PER_MS) {
      const payload = pcm.subarray(at, at + CHUNK_MS * BYTES_PER_MS);
      cues.push({ ptsMs: at / BYTES_PER_MS, kind: 'media', streamId, payload });
    }
    durationMs = Math.max(durationMs, pcm.byteLength / BYTES_PER_MS);
  }
  if (parts.stills !== undefined) {
    const { party, jpegs, everyMs } = parts.stills;
    const streamId = streams.length + 1;
    streams.push({ streamId, kind: 'video', party, codec: 'jpeg' });
    jpegs.forEach((payload, i) => cues.push({ ptsMs: i * everyMs, kind: 'media', streamId, payload }));
    durationMs = Math.max(durationMs, jpegs.length * everyMs);
  }
  for (const message of parts.chat ?? []) cues.push({ kind: 'chat', ...message });
  cues.sort((a, b) => a.ptsMs - b.ptsMs);
  return { title: 'made up', language: 'en', durationMs, streams, cues };
}

/** The first pictures of the sample call's customer, two a second. */
export function sampleStills(count: number): Uint8Array[] {
  const folder = join(SAMPLE_DIR, 'frames');
  const names = readdirSync(folder).sort().slice(0, count);
  return names.map((name) => readFileSync(join(folder, name)));
}

/** The beginning of the sample call. */
export function sampleBeginning(untilMs: number, transformVoice?: (pcm: Uint8Array) => Uint8Array): SampleCall {
  const call = readSampleCall(SAMPLE_DIR, transformVoice);
  return { ...call, durationMs: untilMs, cues: call.cues.filter(({ ptsMs }) => ptsMs < untilMs) };
}

/** Only some of its streams, and no chat. */
export function onlyStreams(call: SampleCall, wanted: (stream: Stream) => boolean): SampleCall {
  const streams = call.streams.filter(wanted);
  const ids = new Set(streams.map(({ streamId }) => streamId));
  return { ...call, streams, cues: call.cues.filter((cue) => cue.kind === 'media' && ids.has(cue.streamId)) };
}
