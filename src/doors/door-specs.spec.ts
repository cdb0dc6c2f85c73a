import { doorDocument, type DoorSpec, type JsonSchema } from '@rapport-live/protocol';
import fc from 'fast-check';
import { valuesOf } from '../../packages/protocol/test/arbitrary-of';
import { parseControl } from './asterisk/control-message';
import { ASTERISK_SPEC } from './asterisk/asterisk-spec';
import { parseClientMessage } from './audiohook/client-text';
import { AUDIOHOOK_SPEC } from './audiohook/audiohook-spec';
import { HUME_AUDIO_SPEC, HUME_VIDEO_SPEC } from './hume/hume-specs';
import { AudioUpdate, parseText, VideoUpdate } from './hume/messages';
import { JAMBONZ_SPEC } from './jambonz/jambonz-spec';
import { parseJson, streamOf } from './jambonz/preamble';
import { parseTwilio } from './twilio/messages';
import { TWILIO_SPEC } from './twilio/twilio-spec';

/** Values of a message as the published document has it. */
function documented(door: DoorSpec, name: string): fc.Arbitrary<unknown> {
  const { payload } = doorDocument(door, '1.0.0').components.messages[name]!;
  return valuesOf(payload);
}

const texts = ({ fromClient }: DoorSpec): string[] =>
  fromClient.filter(({ payload }) => (payload as JsonSchema).format !== 'binary').map(({ name }) => name);

const RUNS = { numRuns: 30 };

describe('what the documents of the doors call a message is read as one', () => {
  it.each(texts(TWILIO_SPEC))('%s of Twilio', (name) => {
    fc.assert(
      fc.property(documented(TWILIO_SPEC, name), (value) => {
        const read = parseTwilio(JSON.stringify(value));
        expect(read?.event === 'numbered' ? read.message.event : read?.event).toBe(name);
      }),
      RUNS,
    );
  });

  it.each(texts(AUDIOHOOK_SPEC))('%s of AudioHook', (name) => {
    fc.assert(
      fc.property(documented(AUDIOHOOK_SPEC, name), (value) => {
        const text = JSON.stringify(value);
        // a time in the stream is a year at most, which a pattern cannot say
        fc.pre(!/"PT\d{8,}/.test(text));
        expect(parseClientMessage(text)).toMatchObject({ ok: true, message: { type: name } });
      }),
      RUNS,
    );
  });

  it.each([
    [HUME_AUDIO_SPEC, AudioUpdate],
    [HUME_VIDEO_SPEC, VideoUpdate],
  ])('those of Hume', (door, update) => {
    fc.assert(
      fc.property(documented(door, 'session.update'), documented(door, 'session.close'), (value, close) => {
        expect(parseText(JSON.stringify(value))).toEqual({ kind: 'update', value });
        expect(update.safeParse(value).success).toBe(true);
        expect(parseText(JSON.stringify(close)).kind).toBe('close');
      }),
      RUNS,
    );
  });

  it('the first one of jambonz', () => {
    fc.assert(
      fc.property(documented(JAMBONZ_SPEC, 'call'), (value) => {
        const { mixType, party } = value as { mixType?: string; party?: string };
        fc.pre(!(mixType === 'stereo' && party === 'mixed'));
        expect(streamOf(parseJson(JSON.stringify(value))!).kind).toBe('voice');
      }),
      RUNS,
    );
  });

  it('the first one of Asterisk, in either of its formats', () => {
    fc.assert(
      fc.property(
        documented(ASTERISK_SPEC, 'MEDIA_START'),
        documented(ASTERISK_SPEC, 'MEDIA_START.plain'),
        (json, plain) => {
          expect(parseControl(JSON.stringify(json))?.event).toBe('MEDIA_START');
          expect(parseControl(plain as string)?.event).toBe('MEDIA_START');
        },
      ),
      RUNS,
    );
  });
});
