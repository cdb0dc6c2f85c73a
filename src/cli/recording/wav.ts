import { blockBytes, type Interleaved, type SampleFormat } from './sample-format';

/** The sound of a WAV file (RIFF), before a sample of it is read. */
export interface WavFormat extends Interleaved {
  readonly sampleRateHz: number;
  /** Where the samples begin in the file, bytes. */
  readonly dataStart: number;
  /** Whole samples of all channels that the file really holds, bytes. */
  readonly dataBytes: number;
  /** Bytes that the header promises and the file lacks: it was cut off. */
  readonly missingBytes: number;
}

/** Bytes of a file from `at` on: as many as asked, fewer at its end. */
export type ReadBytes = (at: number, bytes: number) => Uint8Array;

/** What is wrong with a file that another program may well read, to stand behind its name. */
export class ForeignWav extends Error {}

/** Formats that are read, by format tag and bits. */
const SAMPLES: Readonly<Record<string, SampleFormat>> = {
  '1/8': 'u8',
  '1/16': 's16',
  '1/24': 's24',
  '1/32': 's32',
  '3/32': 'f32',
  '3/64': 'f64',
  '6/8': 'alaw',
  '7/8': 'mulaw',
};
/** The real format stands in the first two bytes of the sub-format (Microsoft, WAVEFORMATEXTENSIBLE). */
const WAVE_FORMAT_EXTENSIBLE = 0xfffe;
const FORMAT_NAMES: Readonly<Record<number, string>> = {
  1: 'PCM',
  2: 'ADPCM',
  3: 'floating-point',
  6: 'A-law',
  7: 'mu-law',
  17: 'ADPCM',
  49: 'GSM',
  85: 'MP3',
};
export const MIN_RATE_HZ = 8_000;
/** Below it there is no voice, and a small file would last for days: nobody is asked to read that. */
const NO_VOICE_HZ = 4_000;
export const MAX_RATE_HZ = 192_000;
/** Chunks before the samples that are looked at; a file with more is no recording. */
const MAX_CHUNKS = 1_000;

/** Throws Error with what is wrong, to stand behind the file's name; reads chunks in any order, skips those it does not know. */
export function readWavFormat(read: ReadBytes, fileBytes: number): WavFormat {
  if (fileBytes === 0) throw new Error('is empty');
  const head = read(0, 12);
  if (head.byteLength < 12 || tag(head, 0) !== 'RIFF' || tag(head, 8) !== 'WAVE') {
    throw new ForeignWav('is not a WAV file');
  }
  let format: SoundFormat | undefined;
  let at = 12;
  for (let chunk = 0; at + 8 <= fileBytes && chunk < MAX_CHUNKS; chunk += 1) {
    const header = read(at, 8);
    const size = view(header).getUint32(4, true);
    const body = at + 8;
    if (tag(header, 0) === 'fmt ') format = readFormat(read(body, Math.min(size, 40)));
    else if (tag(header, 0) === 'data') {
      if (format === undefined) throw new Error('has its data before its format');
      const block = blockBytes(format);
      // A recorder that was cut off, or that writes to a pipe, leaves 0 or 0xffffffff: what is there is the sound.
      const promised = size === 0 || size === 0xffffffff ? fileBytes - body : size;
      const dataBytes = Math.floor(Math.min(promised, fileBytes - body) / block) * block;
      if (dataBytes === 0) throw new Error('holds no sound');
      return { ...format, dataStart: body, dataBytes, missingBytes: Math.max(0, promised - (fileBytes - body)) };
    }
    at = body + size + (size % 2);
  }
  throw new Error('holds no sound: it has no data chunk');
}

type SoundFormat = Pick<WavFormat, 'channels' | 'samples' | 'sampleRateHz'>;

function readFormat(body: Uint8Array): SoundFormat {
  if (body.byteLength < 16) throw new Error('is cut off inside its format');
  const fields = view(body);
  const named = fields.getUint16(0, true);
  const format = named === WAVE_FORMAT_EXTENSIBLE && body.byteLength >= 26 ? fields.getUint16(24, true) : named;
  const channels = fields.getUint16(2, true);
  const sampleRateHz = fields.getUint32(4, true);
  const bits = fields.getUint16(14, true);
  const samples = SAMPLES[`${format}/${bits}`];
  if (samples === undefined) {
    const name = FORMAT_NAMES[format] ?? `format-${format}`;
    throw new ForeignWav(`holds ${name} samples of ${bits} bits: PCM, floating-point, A-law and mu-law are read`);
  }
  if (channels !== 1 && channels !== 2) throw new ForeignWav(`has ${channels} channels, 1 or 2 are read`);
  if (sampleRateHz < MIN_RATE_HZ || sampleRateHz > MAX_RATE_HZ) {
    const sentence = `has ${sampleRateHz} Hz, ${MIN_RATE_HZ} to ${MAX_RATE_HZ} Hz are read`;
    throw sampleRateHz < NO_VOICE_HZ ? new Error(sentence) : new ForeignWav(sentence);
  }
  return { channels, samples, sampleRateHz };
}

/** A whole mono PCM16 file, as the sample call's: its samples as they stand in the file. Throws as `readWavFormat`. */
export function readMonoPcm16(file: Uint8Array): { readonly sampleRateHz: number; readonly pcm: Uint8Array } {
  const format = readWavFormat((at, bytes) => file.subarray(at, at + bytes), file.byteLength);
  const { channels, samples, sampleRateHz, dataStart, dataBytes } = format;
  if (channels !== 1 || samples !== 's16') throw new Error(`needs mono PCM16, has ${channels} channels of ${samples}`);
  return { sampleRateHz, pcm: file.subarray(dataStart, dataStart + dataBytes) };
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
