import { g711Table } from '../../streams/codecs/g711';

/** How the samples of a file are written: unsigned or signed whole numbers, floats, G.711; all little-endian. */
export type SampleFormat = 'u8' | 's16' | 's24' | 's32' | 'f32' | 'f64' | 'alaw' | 'mulaw';

type Read = (fields: DataView, at: number) => number;

/** G.711 as 16-bit samples. */
const g711 = (law: 'alaw' | 'mulaw'): Read => {
  const table = g711Table(law);
  return (fields, at) => table[fields.getUint8(at)]! / 32768;
};

/** What a recorder writes where it has no number (NaN, infinity) is silence: a filter would spread it. */
const finite = (sample: number): number => (Number.isFinite(sample) ? sample : 0);

const FORMATS: Readonly<Record<SampleFormat, { readonly bytes: number; readonly read: Read }>> = {
  u8: { bytes: 1, read: (fields, at) => (fields.getUint8(at) - 128) / 128 },
  s16: { bytes: 2, read: (fields, at) => fields.getInt16(at, true) / 32768 },
  s24: { bytes: 3, read: (fields, at) => (fields.getUint16(at, true) + fields.getInt8(at + 2) * 65536) / 8388608 },
  s32: { bytes: 4, read: (fields, at) => fields.getInt32(at, true) / 2147483648 },
  f32: { bytes: 4, read: (fields, at) => finite(fields.getFloat32(at, true)) },
  f64: { bytes: 8, read: (fields, at) => finite(fields.getFloat64(at, true)) },
  alaw: { bytes: 1, read: g711('alaw') },
  mulaw: { bytes: 1, read: g711('mulaw') },
};

/** Channels that lie beside each other, sample by sample. */
export interface Interleaved {
  readonly channels: 1 | 2;
  readonly samples: SampleFormat;
}

/** Of one sample in all channels. */
export const blockBytes = ({ channels, samples }: Interleaved): number => channels * FORMATS[samples].bytes;

/** The samples of each channel, in [-1, 1) (floats: as they are): `bytes` holds whole samples of all channels. */
export function deinterleave(bytes: Uint8Array, format: Interleaved): Float32Array[] {
  const block = blockBytes(format);
  const { bytes: each, read } = FORMATS[format.samples];
  const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: format.channels }, (_, channel) =>
    Float32Array.from({ length: bytes.byteLength / block }, (_sample, i) => read(fields, i * block + channel * each)),
  );
}
