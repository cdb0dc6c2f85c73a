import { parseJson, streamOf } from './preamble';

describe('the first message of listen', () => {
  it.each([
    [{}, 'customer', undefined, 'pcm16le-8k'],
    [{ mixType: 'mono', sampleRate: 48_000, party: 'agent' }, 'agent', undefined, 'pcm16le-48k'],
    [{ mixType: 'mixed', sampleRate: '24000' }, 'mixed', undefined, 'pcm16le-24k'],
    [{ mixType: 'stereo' }, 'mixed', ['customer', 'agent'], 'pcm16le-8k'],
    [{ mixType: 'stereo', party: 'agent' }, 'mixed', ['agent', 'customer'], 'pcm16le-8k'],
  ])('%j is %s %j in %s', (preamble, party, channels, codec) => {
    expect(streamOf(preamble)).toEqual({
      ...{ streamId: 1, kind: 'voice', party, codec },
      ...(channels === undefined ? {} : { channels }),
    });
  });

  it.each([
    [{ sampleRate: 64_000 }, 'not_supported'],
    [{ sampleRate: 'fast' }, 'not_supported'],
    [{ mixType: 'quadro' }, 'invalid_message'],
    [{ mixType: 'stereo', party: 'mixed' }, 'invalid_message'],
  ])('%j is refused with %s', (preamble, code) => {
    expect(() => streamOf(preamble)).toThrow(expect.objectContaining({ code }));
  });

  it('is a JSON object', () => {
    expect(parseJson('{"callSid":"x"}')).toEqual({ callSid: 'x' });
    for (const text of ['', '7', 'null', '[]', '{']) expect(parseJson(text)).toBeUndefined();
  });
});
