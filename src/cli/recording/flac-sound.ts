import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { Refusal } from '../refusal';
import type { PlainSound } from './plain-sound';
import { conversion, mixed } from './recording';
import { Resampler } from './resample';

/** The one file that knows @wasm-audio-decoders/flac: libFLAC as WebAssembly. */

/** Read at once, bytes: about a second of music, two of speech. */
const READ_BYTES = 65_536;
/** Marker, header of the first block, and the block: it must be STREAMINFO (RFC 9639, 8.2). */
const HEAD_BYTES = 4 + 4 + 34;
const MIN_RATE_HZ = 8_000;
const MAX_RATE_HZ = 192_000;

interface StreamInfo {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Of each channel; 0 when unknown. */
  readonly samples: number;
}

/** FLAC of one or two channels (RFC 9639). Throws a Refusal. */
export function flacSound(path: string): PlainSound {
  const info = readStreamInfo(path);
  const { channels, sampleRateHz, samples } = info;
  const name = basename(path);
  if (channels > 2) throw new Refusal(`${name} has ${channels} channels, 1 or 2 are read. ${conversion(path)}`);
  if (sampleRateHz < MIN_RATE_HZ || sampleRateHz > MAX_RATE_HZ) {
    throw new Refusal(
      `${name} has ${sampleRateHz} Hz, ${MIN_RATE_HZ} to ${MAX_RATE_HZ} Hz are read. ${conversion(path)}`,
    );
  }
  return {
    channels: channels === 1 ? 1 : 2,
    sampleRateHz,
    durationMs: (samples / sampleRateHz) * 1000,
    read: (voices) => decode(path, info, voices),
  };
}

async function* decode(
  path: string,
  { channels, sampleRateHz }: StreamInfo,
  voices: 1 | 2,
): AsyncGenerator<Float32Array[]> {
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
  const decoder = new FLACDecoder();
  await decoder.ready;
  const resamplers = Array.from({ length: voices }, () => new Resampler(sampleRateHz));
  const heard = ({ channelData }: { readonly channelData: Float32Array[] }): Float32Array[] => {
    const sound = voices < channels ? [mixed(channelData)] : channelData;
    return resamplers.map((resampler, i) => resampler.push(sound[i] ?? new Float32Array(0)));
  };
  let samples = 0;
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: READ_BYTES })) {
      const decoded = await decoder.decode(bytes as Buffer);
      samples += decoded.samplesDecoded;
      yield heard(decoded);
    }
    const rest = await decoder.flush();
    samples += rest.samplesDecoded;
    yield heard(rest);
    yield resamplers.map((resampler) => resampler.flush());
  } finally {
    decoder.free();
  }
  if (samples === 0) throw new Refusal(`${basename(path)} holds no sound that can be read. ${conversion(path)}`);
}

function readStreamInfo(path: string): StreamInfo {
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, head, 0, HEAD_BYTES, 0) < HEAD_BYTES || (head[4]! & 0x7f) !== 0) {
      throw new Refusal(`${basename(path)} is cut off inside its header. Give a whole file.`);
    }
  } finally {
    closeSync(file);
  }
  // 20 bits rate, 3 bits channels less one, 5 bits depth, 36 bits samples, behind 10 bytes of block and frame sizes
  const at = 8 + 10;
  const packed = head.readUInt32BE(at);
  return {
    sampleRateHz: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    samples: (packed & 0xf) * 2 ** 32 + head.readUInt32BE(at + 4),
  };
}
