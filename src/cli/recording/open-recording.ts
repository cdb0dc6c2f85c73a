import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { Refusal } from '../refusal';
import { FfmpegMissing } from './ffmpeg';
import { mediaRecording } from './media-recording';
import { plainRecording } from './plain-recording';
import type { Channels, Recording } from './recording';
import { wavRecording } from './wav-recording';

/** WAV files are read by us, all others by ffmpeg; without it FLAC and Opus by us, too. Throws a Refusal in one sentence. */
export async function openRecording(path: string, channelsFor: (channels: 1 | 2) => Channels): Promise<Recording> {
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
  const isWav = head === 'RIFF' || ['.wav', '.wave'].includes(extname(path).toLowerCase());
  if (isWav) return wavRecording(path, channelsFor);
  try {
    return await mediaRecording(path, channelsFor);
  } catch (error) {
    const plain = error instanceof FfmpegMissing ? await plainRecording(path, head, channelsFor) : undefined;
    if (plain === undefined) throw error;
    return plain;
  }
}

function firstBytes(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, 4, 0));
  } finally {
    closeSync(file);
  }
}
