import fc from 'fast-check';
import { parseTwilio } from './messages';

const MEDIA = {
  event: 'media',
  sequenceNumber: '4',
  media: { track: 'inbound', chunk: '2', timestamp: '20', payload: 'no+JhoaJjv4=' },
  streamSid: 'MZ18ad3ab5a668481ce02b83e7395059f0',
};
/** As Twilio's documentation shows it. */
const START = {
  event: 'start',
  sequenceNumber: '1',
  start: {
    accountSid: 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
    streamSid: 'MZXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
    callSid: 'CAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { FirstName: 'Jane', RemoteParty: 'Bob' },
  },
  streamSid: 'MZXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX',
};
const parse = (message: unknown) => parseTwilio(JSON.stringify(message));
const media = (fields: object) => parse({ ...MEDIA, media: { ...MEDIA.media, ...fields } });

describe('messages of Media Streams', () => {
  it('are read as documented', () => {
    expect(parse({ event: 'connected', protocol: 'Call', version: '1.0.0' })).toEqual({ event: 'connected' });
    expect(parse(START)).toEqual({
      event: 'numbered',
      seq: 1,
      message: {
        ...{ event: 'start', streamSid: START.streamSid, callSid: START.start.callSid, tracks: ['inbound'] },
        ...{ encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { FirstName: 'Jane', RemoteParty: 'Bob' },
      },
    });
    expect(parse(MEDIA)).toEqual({
      event: 'numbered',
      seq: 4,
      message: {
        ...{ event: 'media', streamSid: MEDIA.streamSid, track: 'inbound', timestampMs: 20 },
        payload: Buffer.from('no+JhoaJjv4=', 'base64'),
      },
    });
    const dtmf = { event: 'dtmf', streamSid: 'MZ', sequenceNumber: '5', dtmf: { track: 'inbound_track', digit: '1' } };
    expect(parse(dtmf)).toEqual({ event: 'numbered', seq: 5, message: { event: 'dtmf' } });
    expect(parse({ event: 'later', sequenceNumber: 6 })).toMatchObject({ seq: 6, message: { event: 'unknown' } });
  });

  it.each([
    [{ track: 'both' }, /track/],
    [{ timestamp: '-5' }, /timestamp/],
    [{ timestamp: '1e3' }, /timestamp/],
    [{ payload: 7 }, /payload/],
    [{ payload: '' }, /payload/],
    [{ payload: 'no base64' }, /payload/],
    [{ payload: '*'.repeat(8) }, /payload/],
  ])('with media of %j says what is wrong', (fields, why) => {
    expect(media(fields)).toMatchObject({
      message: { event: 'invalid', of: 'media', why: expect.stringMatching(why) },
    });
  });

  it.each(['', 'null', '7', '"text"', '[1]', '{"event":'])('%j is no message at all', (text) => {
    expect(parseTwilio(text)).toBeUndefined();
  });

  it('with any payload give its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (bytes) => {
        const parsed = media({ payload: Buffer.from(bytes).toString('base64') });
        expect(parsed).toMatchObject({ message: { event: 'media', payload: Buffer.from(bytes) } });
      }),
    );
  });

  it('of any shape never throw', () => {
    const shape = fc.record(
      {
        event: fc.constantFrom('start', 'media', 'stop', 'mark', 'dtmf', 7, null),
        sequenceNumber: fc.oneof(fc.string(), fc.integer()),
        streamSid: fc.anything(),
        start: fc.anything(),
        media: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(shape, (message) => void parse(message)));
  });
});
