import { basename } from 'node:path';
import type { Cue } from '../../demo/sample-call';
import { OggDemuxer } from '../../streams/codecs/ogg-demuxer';
import { WebmDemuxer } from '../../streams/codecs/webm-demuxer';
import { BandRemark } from './band-remark';
import { flacSound } from './flac-sound';
import { opusSound } from './opus-sound';
import type { OnFault, PlainSound } from './plain-sound';
import { type Channels, faultIn, MIXED, type Recording, voiceStream, VoiceCues } from './recording';
import { pcm16 } from './resample';

/** First bytes: RFC 9639 (6), RFC 3533 (6), RFC 8794 (11.2.1). */
const READERS: readonly (readonly [string, (path: string) => PlainSound | Promise<PlainSound | undefined>])[] = [
  ['fLaC', flacSound],
  ['OggS', (path) => opusSound(path, () => new OggDemuxer())],
  ['\x1a\x45\xdf\xa3', (path) => opusSound(path, () => new WebmDemuxer())],
];

/**
 * What is heard in a FLAC file, or in Opus in WebM or Ogg, without another program; a picture beside it is not looked at.
 * Undefined for any other file. @param head its first four bytes, a character each. Throws a Refusal.
 */
export async function plainRecording(
  path: string,
  head: string,
  channelsFor: (channels: 1 | 2) => Channels,
): Promise<Recording | undefined> {
  const reader = READERS.find(([marker]) => marker === head)?.[1];
  const sound = await reader?.(path);
  if (sound === undefined) return undefined;
  const parties = channelsFor(sound.channels);
  const remarks = ['ffmpeg was not found: a picture in the file is not looked at.'].filter(() => head[0] === '\x1a');
  if (sound.channels > parties.length) remarks.push(MIXED);
  return {
    name: basename(path),
    durationMs: sound.durationMs,
    streams: parties.map((party, i) => voiceStream(i + 1, party)),
    remarks,
    cues: () => {
      const watch = new BandRemark(sound.sampleRateHz, (remark) => remarks.push(remark));
      return cues(sound, parties.length === 2 ? 2 : 1, watch, (reason) => remarks.push(faultIn('its sound', reason)));
    },
  };
}

async function* cues(sound: PlainSound, voices: 1 | 2, watch: BandRemark, onFault: OnFault): AsyncGenerator<Cue> {
  const lanes = Array.from({ length: voices }, (_, i) => new VoiceCues(i + 1));
  for await (const channels of sound.read(voices, onFault)) {
    const pcm = channels.map((channel) => pcm16(channel));
    watch.hear(pcm[0]!);
    const made = lanes.flatMap((lane, i) => [...lane.push(pcm[i]!)]);
    yield* made.sort((a, b) => a.ptsMs - b.ptsMs);
  }
  for (const lane of lanes) yield* lane.flush();
}
