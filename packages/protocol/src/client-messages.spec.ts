import fc from 'fast-check';
import { arbitraryOf } from '../test/arbitrary-of';
import { BUILT_CLIENT_MESSAGES, CLIENT_MESSAGE_TYPES, ClientMessage } from './client-messages';

const SESSION_ID = '0198c0de-0000-7000-8000-000000000001';
const STREAM = { streamId: 1, kind: 'voice', party: 'customer', codec: 'pcm16le-16k' };
const GAP = {
  type: 'media.gap',
  streamId: 1,
  fromPtsMs: 0,
  toPtsMs: 5,
  nextSeq: 1,
  nextByteOffset: 2,
  reason: 'muted',
};

const takes = (message: unknown): boolean => ClientMessage.safeParse(message).success;
const start = (fields: object): object => ({ type: 'session.start', ...fields });
const chat = (fields: object): object => ({ type: 'chat.message', party: 'customer', text: 'Hello', ...fields });

describe.each(ClientMessage.options.map((schema) => [schema.shape.type.value, schema] as const))(
  '%s',
  (type, schema) => {
    const message = arbitraryOf(schema);

    it('is taken with any valid fields, and reads the same after JSON', () => {
      fc.assert(
        fc.property(message, (m) => {
          const parsed = ClientMessage.parse(JSON.parse(JSON.stringify(m)));
          expect(parsed).toMatchObject(m as object);
          expect(ClientMessage.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
        }),
      );
    });

    it('refuses unknown fields and a wrong ref', () => {
      fc.assert(
        fc.property(
          message,
          fc.string().filter((key) => !(key in schema.shape) && key !== '__proto__'),
          (m, key) => {
            expect(takes({ ...(m as object), [key]: 1 })).toBe(false);
          },
        ),
        { numRuns: 20 },
      );
      const [sample] = fc.sample(message, 1);
      expect(takes({ ...(sample as object), ref: 'x'.repeat(65) })).toBe(false);
      expect(takes({ ...(sample as object), ref: 7 })).toBe(false);
    });

    it('needs each of its required fields', () => {
      const [sample] = fc.sample(message, 1) as [Record<string, unknown>];
      for (const [field, part] of Object.entries(schema.shape)) {
        if (part.safeParse(undefined).success) continue;
        expect(takes(Object.fromEntries(Object.entries(sample).filter(([k]) => k !== field)))).toBe(false);
      }
    });

    it('is listed', () => expect(CLIENT_MESSAGE_TYPES).toContain(type));
  },
);

describe('client messages', () => {
  it('fills in the defaults of session.start', () => {
    expect(ClientMessage.parse(start({}))).toEqual({
      type: 'session.start',
      session: { channel: 'voice', consent: { analysis: true } },
      partials: false,
      streams: [],
      pace: 1,
    });
    expect(ClientMessage.parse(start({ session: { queue: 'billing' } }))).toMatchObject({
      session: { queue: 'billing', channel: 'voice', consent: { analysis: true } },
    });
  });

  it.each([
    ['eight streams', start({ streams: Array.from({ length: 8 }, (_, streamId) => ({ ...STREAM, streamId })) })],
    ['the slowest pace', start({ pace: 0.1 })],
    ['the fastest pace', start({ pace: 100 })],
    ['an external id of 256', start({ session: { externalId: 'x'.repeat(256) } })],
    ['a chat text of 8192', chat({ text: 'x'.repeat(8192) })],
    ['a chat at 0', chat({ ptsMs: 0 })],
    ['the last stream id', { type: 'stream.end', streamId: 65535 }],
    ['a gap of no length', { ...GAP, toPtsMs: 0 }],
  ])('take %s', (_, message) => expect(takes(message)).toBe(true));

  it.each([
    ['nine streams', start({ streams: Array.from({ length: 9 }, (_, streamId) => ({ ...STREAM, streamId })) })],
    ['a pace below 0.1', start({ pace: 0.09 })],
    ['a pace above 100', start({ pace: 100.1 })],
    ['an unknown codec', start({ streams: [{ ...STREAM, codec: 'mp3' }] })],
    ['an unknown party', start({ streams: [{ ...STREAM, party: 'robot' }] })],
    ['an unknown field within a stream', start({ streams: [{ ...STREAM, rate: 8000 }] })],
    ['an unknown field within the session', start({ session: { colour: 'red' } })],
    ['an empty external id', start({ session: { externalId: '' } })],
    ['an external id of 257', start({ session: { externalId: 'x'.repeat(257) } })],
    ['an empty chat text', chat({ text: '' })],
    ['a chat text of 8193', chat({ text: 'x'.repeat(8193) })],
    ['a chat in the past', chat({ ptsMs: -1 })],
    ['a chat of a mixed party', chat({ party: 'mixed' })],
    ['a message id of 129', chat({ messageId: 'x'.repeat(129) })],
    ['a stream id of 65536', { type: 'stream.end', streamId: 65536 }],
    ['a stream id of 1.5', { type: 'stream.end', streamId: 1.5 }],
    ['a session id that is no UUID', { type: 'session.observe', sessionId: 'call-7' }],
    ['a result seq below 0', { type: 'result.ack', seq: -1 }],
    [
      'a resume token of 513',
      { type: 'session.resume', sessionId: SESSION_ID, resumeToken: 'x'.repeat(513), ackedResultSeq: 0 },
    ],
    ['an unknown type', { type: 'session.begin' }],
    ['no type', {}],
    ['no object', 'session.start'],
    ['nothing', null],
  ])('refuse %s', (_, message) => expect(takes(message)).toBe(false));

  it('never throw on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...CLIENT_MESSAGE_TYPES), (value, type) => {
        expect(() => ClientMessage.safeParse(value)).not.toThrow();
        if (typeof value === 'object' && value !== null) {
          expect(() => ClientMessage.safeParse({ ...value, type })).not.toThrow();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('name what is built, each once', () => {
    for (const type of BUILT_CLIENT_MESSAGES) expect(CLIENT_MESSAGE_TYPES).toContain(type);
    expect(new Set(BUILT_CLIENT_MESSAGES).size).toBe(BUILT_CLIENT_MESSAGES.length);
    expect(new Set(CLIENT_MESSAGE_TYPES).size).toBe(CLIENT_MESSAGE_TYPES.length);
  });
});
