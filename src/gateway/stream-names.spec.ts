import { SessionStart } from '@rapport-live/protocol';
import { specifyStreams } from './stream-names';

const specify = (...streams: object[]) =>
  specifyStreams(SessionStart.parse({ type: 'session.start', streams }).streams);
const stereo = { streamId: 1, kind: 'voice', party: 'mixed', codec: 'webm-opus', channels: ['customer', 'agent'] };

describe('specifyStreams', () => {
  it('names streams by party, kind and number, and keeps who is in which channel', () => {
    expect(specify(stereo)).toEqual([{ ...stereo, name: 'mixed-voice-1' }]);
    const still = { streamId: 2, kind: 'video', party: 'customer', codec: 'webp' };
    expect(specify(still)[0]!.name).toBe('customer-video-2');
  });

  it.each([
    ['channels of a codec that has one', { ...stereo, codec: 'mulaw-8k' }, /mulaw-8k has one channel/],
    ['channels of stills', { ...stereo, kind: 'video', codec: 'png' }, /png has one channel/],
    ['channels of one party', { ...stereo, party: 'customer' }, /party must be mixed, not customer/],
    ['the same party twice', { ...stereo, channels: ['agent', 'agent'] }, /both are agent/],
    ['a codec of another kind', { ...stereo, kind: 'video' }, /webm-opus is voice, stream 1 says video/],
    ['channels of video', { ...stereo, kind: 'video', codec: 'webm-video' }, /webm-video has one channel/],
  ])('refuses %s', (_what, stream, sentence) => {
    expect(() => specify(stream)).toThrow(sentence);
  });

  it('takes exactly two channels', () => {
    expect(() => specify({ ...stereo, channels: ['customer'] })).toThrow();
  });
});
