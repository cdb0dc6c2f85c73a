import { streamOptions } from './stream-options';

describe('streamOptions', () => {
  it('has defaults for everything and checks what must fit together', () => {
    expect(streamOptions()).toMatchObject({ hopMs: 1000, allowedLatenessMs: 300, maxUtteranceMs: 15_000 });
    expect(() => streamOptions({ speechOff: 0.6 })).toThrow('speechOff');
    expect(() => streamOptions({ voiceCreditBytes: 32_000 })).toThrow('voiceCreditBytes');
    expect(() => streamOptions({ hopMs: 0 })).toThrow('hopMs');
  });
});
