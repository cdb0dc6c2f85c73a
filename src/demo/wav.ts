/** A mono PCM16 WAV file (RIFF, WAVE_FORMAT_PCM). */
export interface Wav {
  readonly sampleRateHz: number;
  /** Little-endian samples, as in the file. */
  readonly pcm: Uint8Array;
}

const WAVE_FORMAT_PCM = 1;

/** Throws Error with what is wrong; reads chunks in any order, skips those it does not know. */
export function readWav(file: Uint8Array): Wav {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tag = (at: number): string => String.fromCharCode(...file.subarray(at, at + 4));
  if (file.byteLength < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw new Error('not a WAV file');
  let sampleRateHz = 0;
  for (let at = 12; at + 8 <= file.byteLength;) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(at) === 'fmt ') {
      const [format, channels, bits] = [0, 2, 14].map((offset) => view.getUint16(body + offset, true));
      if (format !== WAVE_FORMAT_PCM || channels !== 1 || bits !== 16) {
        throw new Error(`needs mono PCM16, has format ${format}, ${channels} channels, ${bits} bits`);
      }
      sampleRateHz = view.getUint32(body + 4, true);
    } else if (tag(at) === 'data') {
      if (sampleRateHz === 0) throw new Error('has its data before its format');
      return { sampleRateHz, pcm: file.subarray(body, Math.min(body + size, file.byteLength)) };
    }
    at = body + size + (size % 2);
  }
  throw new Error('has no data');
}
