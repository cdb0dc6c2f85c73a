import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { Cue } from '../../demo/sample-call';
import { Refusal } from '../refusal';
import { BandRemark } from './band-remark';
import { type Channels, CHUNK_MS, conversion, MIXED, mixed, type Recording, voiceStream, VoiceCues } from './recording';
import { pcm16, Resampler } from './resample';
import { blockBytes, deinterleave } from './sample-format';
import { ForeignWav, type ReadBytes, readWavFormat, type WavFormat } from './wav';

/** Read at once: 1 s of sound. */
const READ_MS = 10 * CHUNK_MS;

/** A file named or marked as WAV that we do not read, and ffmpeg may. */
export class ForeignWavFile extends Refusal {}

/**
 * A WAV file as a recording. `channels` names the parties; one party for a file of two channels mixes them down.
 * Throws a Refusal that says what is wrong with the file and how to convert it.
 */
export function wavRecording(path: string, channelsFor: (channels: 1 | 2) => Channels): Recording {
  const name = basename(path);
  const format = withFile(path, (read, bytes) => {
    try {
      return readWavFormat(read, bytes);
    } catch (error) {
      const sentence = `${name} ${(error as Error).message}. ${fix(path, bytes)}`;
      throw error instanceof ForeignWav ? new ForeignWavFile(sentence) : new Refusal(sentence);
    }
  });
  const { sampleRateHz, channels, dataBytes, missingBytes } = format;
  const parties = channelsFor(channels);
  const lastsMs = (bytes: number): number => (bytes / blockBytes(format) / sampleRateHz) * 1000;
  const remarks: string[] = [];
  if (missingBytes > 0) {
    remarks.push(
      `The file is cut off: ${(lastsMs(missingBytes) / 1000).toFixed(1)} s that its header promises are missing.`,
    );
  }
  if (channels > parties.length) remarks.push(MIXED);
  return {
    name,
    durationMs: lastsMs(dataBytes),
    streams: parties.map((party, i) => voiceStream(i + 1, party)),
    remarks,
    cues: () => readCues(path, format, parties.length, new BandRemark(sampleRateHz, (remark) => remarks.push(remark))),
  };
}

async function* readCues(path: string, format: WavFormat, voices: number, watch: BandRemark): AsyncGenerator<Cue> {
  const { channels, sampleRateHz, dataStart, dataBytes } = format;
  const block = blockBytes(format);
  const stepBytes = Math.ceil((sampleRateHz * READ_MS) / 1000) * block;
  const lanes = Array.from({ length: voices }, (_, i) => ({
    resampler: new Resampler(sampleRateHz),
    cues: new VoiceCues(i + 1),
  }));
  const file = openSync(path, 'r');
  try {
    for (let at = 0; at < dataBytes; at += stepBytes) {
      const bytes = readAt(file)(dataStart + at, Math.min(stepBytes, dataBytes - at));
      const whole = bytes.subarray(0, bytes.length - (bytes.length % block));
      const sound = deinterleave(whole, format);
      const perVoice = voices < channels ? [mixed(sound)] : sound;
      const pcm = lanes.map(({ resampler }, i) => pcm16(resampler.push(perVoice[i]!)));
      watch.hear(pcm[0]!);
      yield* inOrder(lanes.map(({ cues }, i) => cues.push(pcm[i]!)));
    }
    yield* inOrder(lanes.map(({ resampler, cues }) => concat(cues.push(pcm16(resampler.flush())), cues)));
  } finally {
    closeSync(file);
  }
}

function* concat(first: Iterable<Cue>, cues: VoiceCues): Generator<Cue> {
  yield* first;
  yield* cues.flush();
}

/** The pieces of all channels by time: channels of one read are equally long. */
function inOrder(lists: readonly Iterable<Cue>[]): Cue[] {
  return lists.flatMap((list) => [...list]).sort((a, b) => a.ptsMs - b.ptsMs);
}

function fix(path: string, bytes: number): string {
  if (bytes === 0) return 'Give a recording with sound in it.';
  return conversion(path);
}

const readAt =
  (file: number): ReadBytes =>
  (at, bytes) => {
    const buffer = Buffer.alloc(Math.max(0, bytes));
    let done = 0;
    while (done < bytes) {
      const got = readSync(file, buffer, done, bytes - done, at + done);
      if (got === 0) break;
      done += got;
    }
    return buffer.subarray(0, done);
  };

function withFile<T>(path: string, action: (read: ReadBytes, bytes: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return action(readAt(file), fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}
