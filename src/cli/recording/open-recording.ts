import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { EXIT, Refusal } from '../refusal';
import { Ffmpeg, FfmpegMissing } from './ffmpeg';
import { mediaRecording } from './media-recording';
import { plainRecording } from './plain-recording';
import type { Channels, Recording } from './recording';
import { ForeignWavFile, wavRecording } from './wav-recording';

/**
 * WAV files are read by us, all others by ffmpeg, those of WAV too that we do not read; without it FLAC and Opus by us, too.
 * Throws a Refusal in one sentence.
 */
export async function openRecording(
  path: string,
  channelsFor: (channels: 1 | 2) => Channels,
  ffmpeg = new Ffmpeg(),
): Promise<Recording> {
  const name = basename(path);
  let head: string;
  try {
    if (statSync(path).isDirectory()) throw new Refusal(`${name} is a folder: name a recording in it.`);
    head = firstBytes(path);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Refusal(`${path} does not exist: check the name.`);
    throw new Refusal(`${path} cannot be read (${code}): check its permissions.`);
  }
  if (head === '') throw new Refusal(`${name} is empty. Give a recording with sound in it.`);
  // An AVI film begins with RIFF, too.
  const isWav = /^RIFF....WAVE$/s.test(head) || ['.wav', '.wave'].includes(extname(path).toLowerCase());
  return (isWav ? wavOrOther : otherRecording)(path, head.slice(0, 4), channelsFor, ffmpeg);
}

async function wavOrOther(
  path: string,
  marker: string,
  channelsFor: (channels: 1 | 2) => Channels,
  ffmpeg: Ffmpeg,
): Promise<Recording> {
  try {
    return wavRecording(path, channelsFor);
  } catch (foreign) {
    if (!(foreign instanceof ForeignWavFile)) throw foreign;
    return otherRecording(path, marker, channelsFor, ffmpeg).catch((error: unknown) => {
      // What is wrong with it as a WAV file says more than that the others cannot read it either.
      throw error instanceof Refusal && error.exit !== EXIT.usage ? foreign : error;
    });
  }
}

async function otherRecording(
  path: string,
  marker: string,
  channelsFor: (channels: 1 | 2) => Channels,
  ffmpeg: Ffmpeg,
): Promise<Recording> {
  try {
    return await mediaRecording(path, channelsFor, ffmpeg);
  } catch (error) {
    const plain = error instanceof FfmpegMissing ? await plainRecording(path, marker, channelsFor) : undefined;
    if (plain === undefined) throw error;
    return plain;
  }
}

function firstBytes(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(12);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}
