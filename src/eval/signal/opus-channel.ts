import { spawn } from 'node:child_process';
import { decodeVoice } from './decode';
import type { Distortion } from './distortions';
import { RATE_HZ } from './pcm';

/** Longest that a clip may take to encode, ms; a clip takes some 50. */
const ENCODE_LIMIT_MS = 60_000;

/** Ogg Opus of so many bits a second (libopus, tuned for speech), then the decoder that serves live streams. */
export function opus(bitsPerSecond: number): Distortion {
  return async (pcm) => decodeVoice('ogg-opus', await encodeOpus(pcm, bitsPerSecond));
}

/** 16 kHz mono to Ogg Opus by ffmpeg. Rejects when ffmpeg or its libopus is not there, with what it said. */
export async function encodeOpus(pcm: Int16Array, bitsPerSecond: number): Promise<Uint8Array> {
  const source = ['-f', 's16le', '-ar', String(RATE_HZ), '-ac', '1', '-i', 'pipe:0'];
  const codec = ['-c:a', 'libopus', '-b:a', String(bitsPerSecond), '-application', 'voip', '-f', 'ogg', 'pipe:1'];
  const child = spawn('ffmpeg', ['-v', 'error', '-hide_banner', ...source, ...codec], { timeout: ENCODE_LIMIT_MS });
  const parts: Buffer[] = [];
  let said = '';
  child.stdout.on('data', (part: Buffer) => void parts.push(part));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  child.stdin.on('error', () => {}); // a child that ended before it read all says why itself
  child.stdin.end(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`ffmpeg ended with ${status}: ${said.trim()}`));
    });
  });
  return Buffer.concat(parts);
}

/** Undefined when Opus can be encoded here; else why not, to be said where its row would stand. */
export async function opusMissing(): Promise<string | undefined> {
  try {
    await encodeOpus(new Int16Array(RATE_HZ), 16_000);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
