import { basename } from 'node:path';
import type { Party } from '@rapport-live/protocol';
import type { Cue } from '../../demo/sample-call';
import type { Ffmpeg, Sound } from './ffmpeg';
import { splitJpegs } from './jpeg-split';
import {
  BYTES_PER_MS,
  type Channels,
  faultIn,
  mergeByTime,
  type Recording,
  type RecordedStream,
  voiceStream,
  VoiceCues,
} from './recording';
import { pcm16 } from './resample';
import { blockBytes, deinterleave, type Interleaved } from './sample-format';

/** As many as two looks a second need; more are not looked at (`maxStillsPerHop`). */
const STILLS_PER_SECOND = 2;
/** Silence is made in pieces of this length. */
const SILENCE_MS = 1000;
/** Wide enough for the face detector, which looks at 128 pixels. */
const MAX_STILL_WIDTH_PX = 640;

/** Any other file, through ffmpeg. A picture shows the party of the first channel. Throws a Refusal. */
export async function mediaRecording(
  path: string,
  channelsFor: (channels: 1 | 2) => Channels,
  ffmpeg: Ffmpeg,
): Promise<Recording> {
  const { durationMs, audioChannels, hasVideo, hasTimes } = await ffmpeg.probe(path);
  const voices: Channels | readonly [] = audioChannels === 0 ? [] : channelsFor(audioChannels === 1 ? 1 : 2);
  const streams: RecordedStream[] = voices.map((party, i) => voiceStream(i + 1, party));
  const remarks: string[] = [];
  if (voices.length === 1 && audioChannels > 1) remarks.push('All channels were mixed into one voice.');
  const videoId = streams.length + 1;
  if (hasVideo) {
    const party: Party = voices[0] ?? channelsFor(1)[0];
    streams.push({ streamId: videoId, kind: 'video', party, codec: 'jpeg' });
  }
  const faulty = (what: string) => (reason: string) => remarks.push(faultIn(what, reason));
  const sources = (): AsyncIterable<Cue>[] => {
    const sound = (channels: 1 | 2) => {
      const onFault = faulty('its sound');
      if (!hasTimes) return voiceCues(counted(ffmpeg.audio(path, channels, onFault)), channels);
      return voiceCues(ffmpeg.timedAudio(path, channels, durationMs, onFault), channels);
    };
    const stills = () =>
      stillCues(ffmpeg.stills(path, STILLS_PER_SECOND, MAX_STILL_WIDTH_PX, faulty('its pictures')), videoId);
    return [...(voices.length === 0 ? [] : [sound(voices.length === 2 ? 2 : 1)]), ...(hasVideo ? [stills()] : [])];
  };
  return { name: basename(path), durationMs, streams, remarks, cues: () => mergeByTime(sources()) };
}

async function* counted(pieces: AsyncIterable<Buffer>): AsyncGenerator<Sound> {
  for await (const pcm of pieces) yield { pcm, silenceMs: 0 };
}

async function* voiceCues(decoded: AsyncIterable<Sound>, channels: 1 | 2): AsyncGenerator<Cue> {
  const lanes = Array.from({ length: channels }, (_, i) => new VoiceCues(i + 1));
  const format: Interleaved = { channels, samples: 's16' };
  const block = blockBytes(format);
  let held: Buffer = Buffer.alloc(0);
  for await (const { pcm, silenceMs } of decoded) {
    for (let leftMs = silenceMs; leftMs > 0; leftMs -= SILENCE_MS) {
      const silence = new Uint8Array(BYTES_PER_MS * Math.round(Math.min(leftMs, SILENCE_MS)));
      yield* lanes.flatMap((lane) => [...lane.push(silence)]).sort((a, b) => a.ptsMs - b.ptsMs);
    }
    const all = held.length === 0 ? pcm : Buffer.concat([held, pcm]);
    const whole = all.length - (all.length % block);
    held = all.subarray(whole);
    const sound = deinterleave(all.subarray(0, whole), format);
    const cues = lanes.flatMap((lane, i) => [...lane.push(pcm16(sound[i]!))]);
    yield* cues.sort((a, b) => a.ptsMs - b.ptsMs);
  }
  for (const lane of lanes) yield* lane.flush();
}

async function* stillCues(pictures: AsyncIterable<Buffer>, streamId: number): AsyncGenerator<Cue> {
  let index = 0;
  for await (const payload of splitJpegs(pictures)) {
    yield { kind: 'media', streamId, payload, ptsMs: (index * 1000) / STILLS_PER_SECOND };
    index += 1;
  }
}
