/** The sound of a WAV file (RIFF, WAVE_FORMAT_PCM), before a sample of it is read. */
export interface WavFormat {
  readonly channels: 1 | 2;
  /** 8 (unsigned) or 16 (signed, little-endian). */
  readonly bits: 8 | 16;
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

const WAVE_FORMAT_PCM = 1;
/** The real format stands in the first two bytes of the sub-format (Microsoft, WAVEFORMATEXTENSIBLE). */
const WAVE_FORMAT_EXTENSIBLE = 0xfffe;
const FORMAT_NAMES: Readonly<Record<number, string>> = {
  2: 'ADPCM',
  3: 'floating point',
  6: 'A-law',
  7: 'mu-law',
  17: 'ADPCM',
  85: 'MP3',
};
export const MIN_RATE_HZ = 8_000;
export const MAX_RATE_HZ = 48_000;
/** Chunks before the samples that are looked at; a file with more is no recording. */
const MAX_CHUNKS = 1_000;

/** Throws Error with what is wrong, to stand behind the file's name; reads chunks in any order, skips those it does not know. */
export function readWavFormat(read: ReadBytes, fileBytes: number): WavFormat {
  if (fileBytes === 0) throw new Error('is empty');
  const head = read(0, 12);
  if (head.byteLength < 12 || tag(head, 0) !== 'RIFF' || tag(head, 8) !== 'WAVE') throw new Error('is not a WAV file');
  let format: Pick<WavFormat, 'channels' | 'bits' | 'sampleRateHz'> | undefined;
  let at = 12;
  for (let chunk = 0; at + 8 <= fileBytes && chunk < MAX_CHUNKS; chunk += 1) {
    const header = read(at, 8);
    const size = view(header).getUint32(4, true);
    const body = at + 8;
    if (tag(header, 0) === 'fmt ') format = readFormat(read(body, Math.min(size, 40)));
    else if (tag(header, 0) === 'data') {
      if (format === undefined) throw new Error('has its data before its format');
      const blockBytes = (format.channels * format.bits) / 8;
      // A recorder that was cut off, or that writes to a pipe, leaves 0 or 0xffffffff: what is there is the sound.
      const promised = size === 0 || size === 0xffffffff ? fileBytes - body : size;
      const dataBytes = Math.floor(Math.min(promised, fileBytes - body) / blockBytes) * blockBytes;
      if (dataBytes === 0) throw new Error('holds no sound');
      return { ...format, dataStart: body, dataBytes, missingBytes: Math.max(0, promised - (fileBytes - body)) };
    }
    at = body + size + (size % 2);
  }
  throw new Error('holds no sound: it has no data chunk');
}

function readFormat(body: Uint8Array): Pick<WavFormat, 'channels' | 'bits' | 'sampleRateHz'> {
  if (body.byteLength < 16) throw new Error('is cut off inside its format');
  const fields = view(body);
  const named = fields.getUint16(0, true);
  const format = named === WAVE_FORMAT_EXTENSIBLE && body.byteLength >= 26 ? fields.getUint16(24, true) : named;
  const channels = fields.getUint16(2, true);
  const sampleRateHz = fields.getUint32(4, true);
  const bits = fields.getUint16(14, true);
  if (format !== WAVE_FORMAT_PCM) {
    throw new Error(`holds ${FORMAT_NAMES[format] ?? `format ${format}`} samples, PCM of 8 or 16 bits is read`);
  }
  if (bits !== 8 && bits !== 16) throw new Error(`holds ${bits}-bit samples, PCM of 8 or 16 bits is read`);
  if (channels !== 1 && channels !== 2) throw new Error(`has ${channels} channels, 1 or 2 are read`);
  if (sampleRateHz < MIN_RATE_HZ || sampleRateHz > MAX_RATE_HZ) {
    throw new Error(`has ${sampleRateHz} Hz, ${MIN_RATE_HZ} to ${MAX_RATE_HZ} Hz are read`);
  }
  return { channels, bits, sampleRateHz };
}

/** The samples of each channel, in [-1, 1): `bytes` holds whole samples of all channels. */
export function deinterleave(
  bytes: Uint8Array,
  { channels, bits }: Pick<WavFormat, 'channels' | 'bits'>,
): Float32Array[] {
  const count = bytes.byteLength / ((channels * bits) / 8);
  const fields = view(bytes);
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: count }, (_sample, i) => {
      const at = i * channels + channel;
      return bits === 8 ? (bytes[at]! - 128) / 128 : fields.getInt16(2 * at, true) / 32768;
    }),
  );
}

/** A whole mono PCM16 file, as the sample call's: its samples as they stand in the file. Throws as `readWavFormat`. */
export function readMonoPcm16(file: Uint8Array): { readonly sampleRateHz: number; readonly pcm: Uint8Array } {
  const format = readWavFormat((at, bytes) => file.subarray(at, at + bytes), file.byteLength);
  const { channels, bits, sampleRateHz, dataStart, dataBytes } = format;
  if (channels !== 1 || bits !== 16) throw new Error(`needs mono PCM16, has ${channels} channels of ${bits} bits`);
  return { sampleRateHz, pcm: file.subarray(dataStart, dataStart + dataBytes) };
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
