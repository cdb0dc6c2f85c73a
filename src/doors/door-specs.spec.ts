import type { JsonSchema } from '@rapport-live/protocol';
import fc from 'fast-check';
import { valuesOf } from '../../packages/protocol/test/arbitrary-of';
import { parseControl } from './asterisk/control-message';
import { ASTERISK_SPEC } from './asterisk/asterisk-spec';
import { JAMBONZ_SPEC } from './jambonz/jambonz-spec';
import { parseJson, streamOf } from './jambonz/preamble';
import { parseTwilio } from './twilio/messages';
import { TWILIO_SPEC } from './twilio/twilio-spec';

const valid = ({ payload }: { readonly payload: unknown }): fc.Arbitrary<unknown> => valuesOf(payload as JsonSchema);

/** Of their sound a generator of texts makes none in any sensible time. */
const textual = TWILIO_SPEC.fromClient.filter(({ name }) => name !== 'media');

it.each(textual.map((message) => [message.name, message] as const))(
  'what the document calls a %s of Twilio is read as one',
  (name, message) => {
    fc.assert(
      fc.property(valid(message), (value) => {
        const read = parseTwilio(JSON.stringify(value));
        expect(read?.event === 'numbered' ? read.message.event : read?.event).toBe(name);
      }),
      { numRuns: 30 },
    );
  },
);

it('what the documents call the first message of jambonz and Asterisk begins a call', () => {
  fc.assert(
    fc.property(valid(JAMBONZ_SPEC.fromClient[0]!), valid(ASTERISK_SPEC.fromClient[0]!), (call, start) => {
      const party = (call as { mixType?: string; party?: string }).party;
      fc.pre(!((call as { mixType?: string }).mixType === 'stereo' && party === 'mixed'));
      expect(streamOf(parseJson(JSON.stringify(call))!).kind).toBe('voice');
      expect(parseControl(JSON.stringify(start))?.event).toBe('MEDIA_START');
    }),
    { numRuns: 30 },
  );
});
