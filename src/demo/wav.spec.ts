import { readWav } from './wav';

function wav({ channels = 1, bits = 16, format = 1 } = {}, before: number[] = []): Uint8Array {
  const fmt = Buffer.alloc(24);
  fmt.write('fmt ', 0);
  fmt.writeUInt32LE(16, 4);
  fmt.writeUInt16LE(format, 8);
  fmt.writeUInt16LE(channels, 10);
  fmt.writeUInt32LE(16000, 12);
  fmt.writeUInt16LE(bits, 22);
  const data = Buffer.from([...Buffer.from('data'), 4, 0, 0, 0, 1, 2, 3, 4]);
  const head = Buffer.from([...Buffer.from('RIFF'), 0, 0, 0, 0, ...Buffer.from('WAVE')]);
  return Buffer.concat([head, Buffer.from(before), fmt, data]);
}

describe('readWav', () => {
  it('gives the samples and their rate', () => {
    expect(readWav(wav())).toEqual({ sampleRateHz: 16000, pcm: expect.any(Uint8Array) });
    expect([...readWav(wav()).pcm]).toEqual([1, 2, 3, 4]);
  });

  it('skips chunks it does not know, padded to even length', () => {
    const list = [...Buffer.from('LIST'), 3, 0, 0, 0, 9, 9, 9, 0];
    expect([...readWav(wav({}, list)).pcm]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    [{ channels: 2 }, /2 channels/],
    [{ bits: 8 }, /8 bits/],
    [{ format: 7 }, /format 7/],
  ])('says what it cannot read: %j', (shape, sentence) => {
    expect(() => readWav(wav(shape))).toThrow(sentence);
  });

  it('says that a file is none', () => {
    expect(() => readWav(Buffer.from('hello'))).toThrow('not a WAV file');
    expect(() => readWav(wav().subarray(0, 36))).toThrow('has no data');
  });
});
