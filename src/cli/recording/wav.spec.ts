import { readMonoPcm16, readWavFormat } from './wav';

interface Shape {
  readonly channels?: number;
  readonly bits?: number;
  readonly format?: number;
  readonly rateHz?: number;
  /** What the header says of the data; absent: what there is. */
  readonly promised?: number;
  readonly before?: readonly number[];
}

function wav(data: readonly number[], shape: Shape = {}): Uint8Array {
  const { channels = 1, bits = 16, format = 1, rateHz = 16000, promised = data.length, before = [] } = shape;
  const fmt = Buffer.alloc(24);
  fmt.write('fmt ', 0);
  fmt.writeUInt32LE(16, 4);
  fmt.writeUInt16LE(format, 8);
  fmt.writeUInt16LE(channels, 10);
  fmt.writeUInt32LE(rateHz, 12);
  fmt.writeUInt16LE(bits, 22);
  const head = Buffer.from([...Buffer.from('RIFF'), 0, 0, 0, 0, ...Buffer.from('WAVE')]);
  const dataHead = Buffer.alloc(8);
  dataHead.write('data', 0);
  dataHead.writeUInt32LE(promised, 4);
  return Buffer.concat([head, Buffer.from(before), fmt, dataHead, Buffer.from(data)]);
}

const format = (file: Uint8Array) => readWavFormat((at, bytes) => file.subarray(at, at + bytes), file.byteLength);

describe('readWavFormat', () => {
  it('says what the samples are and where', () => {
    expect(format(wav([1, 2, 3, 4], { channels: 2, rateHz: 44100 }))).toEqual({
      channels: 2,
      samples: 's16',
      sampleRateHz: 44100,
      dataStart: 44,
      dataBytes: 4,
      missingBytes: 0,
    });
  });

  it.each<[number, number, string]>([
    [1, 8, 'u8'],
    [1, 24, 's24'],
    [1, 32, 's32'],
    [3, 32, 'f32'],
    [3, 64, 'f64'],
    [6, 8, 'alaw'],
    [7, 8, 'mulaw'],
  ])('format %d of %d bits is %s', (tag, bits, samples) => {
    expect(format(wav(Array<number>(48).fill(0), { format: tag, bits }))).toMatchObject({ samples, dataBytes: 48 });
  });

  it('skips chunks it does not know, padded to even length', () => {
    const list = [...Buffer.from('LIST'), 3, 0, 0, 0, 9, 9, 9, 0];
    expect(format(wav([1, 2], { before: list })).dataStart).toBe(56);
  });

  it('takes what is there of a file that was cut off, and says what is missing', () => {
    expect(format(wav([1, 2, 3, 4, 5], { promised: 32 }))).toMatchObject({ dataBytes: 4, missingBytes: 27 });
  });

  it.each([0, 0xffffffff])('takes all there is where a recorder left its length at %d', (promised) => {
    expect(format(wav([1, 2, 3, 4], { promised }))).toMatchObject({ dataBytes: 4, missingBytes: 0 });
  });

  it.each<[Shape, RegExp]>([
    [{ channels: 6 }, /has 6 channels, 1 or 2 are read/],
    [{ bits: 12 }, /holds PCM samples of 12 bits: PCM, floating-point, A-law and mu-law are read/],
    [{ format: 3 }, /holds floating-point samples of 16 bits/],
    [{ format: 17, bits: 4 }, /holds ADPCM samples/],
    [{ format: 999 }, /holds format-999 samples/],
    [{ rateHz: 384000 }, /has 384000 Hz, 8000 to 192000 Hz are read/],
    [{ rateHz: 0 }, /has 0 Hz/],
  ])('says what it cannot read: %j', (shape, sentence) => {
    expect(() => format(wav([0, 0, 0, 0], shape))).toThrow(sentence);
  });

  it('says that a file is none', () => {
    expect(() => format(new Uint8Array(0))).toThrow('is empty');
    expect(() => format(Buffer.from('hello'))).toThrow('is not a WAV file');
    expect(() => format(wav([]))).toThrow('holds no sound');
    expect(() => format(wav([1, 2]).subarray(0, 36))).toThrow('holds no sound');
    expect(() => format(wav([1, 2]).subarray(0, 24))).toThrow('cut off inside its format');
  });
});

describe('readMonoPcm16', () => {
  it('gives the samples as they stand in the file', () => {
    expect(readMonoPcm16(wav([1, 2, 3, 4]))).toEqual({ sampleRateHz: 16000, pcm: Uint8Array.from([1, 2, 3, 4]) });
  });

  it('takes nothing else', () => {
    expect(() => readMonoPcm16(wav([1, 2, 3, 4], { channels: 2 }))).toThrow('2 channels of s16');
  });
});
