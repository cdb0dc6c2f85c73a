import fc from 'fast-check';
import { arbitraryOf } from '../test/arbitrary-of';
import { ErrorBody, TokenAnswer, TokenRequest } from './http-messages';
import { BUILT_SERVER_MESSAGES, SERVER_MESSAGE_TYPES, ServerMessage } from './server-messages';
import { TOKEN_SUBPROTOCOL_PREFIX } from './vocabulary';

describe.each(ServerMessage.options.map((schema) => [schema.shape.type.value, schema] as const))(
  '%s',
  (type, schema) => {
    const message = arbitraryOf(schema);

    it('reads the same after JSON', () => {
      fc.assert(
        fc.property(message, (m) => {
          expect(ServerMessage.parse(JSON.parse(JSON.stringify(m)))).toEqual(m);
        }),
      );
    });

    it('lets the fields of a later version pass and drops them', () => {
      const [sample] = fc.sample(message, 1) as [object];
      expect(ServerMessage.parse({ ...sample, laterField: { any: 1 } })).toEqual(sample);
    });

    it('is listed', () => expect(SERVER_MESSAGE_TYPES).toContain(type));
  },
);

describe('server messages', () => {
  it.each([
    [
      'a result numbered 0',
      { type: 'result', seq: 0, event: fc.sample(arbitraryOf(ServerMessage.options[2].shape.event), 1)[0] },
    ],
    ['a credit below 0', { type: 'credit', streamId: 1, limitBytes: -1 }],
    ['an error with an unknown code', { type: 'error', code: 'oops', message: '', advice: '', fatal: false }],
    ['an error that does not say whether it is fatal', { type: 'error', code: 'internal', message: '', advice: '' }],
    ['an unknown type', { type: 'session.begun' }],
  ])('refuse %s', (_, message) => expect(ServerMessage.safeParse(message).success).toBe(false));

  it('name each type once, the built ones among them', () => {
    expect(new Set(SERVER_MESSAGE_TYPES).size).toBe(SERVER_MESSAGE_TYPES.length);
    for (const type of BUILT_SERVER_MESSAGES) expect(SERVER_MESSAGE_TYPES).toContain(type);
  });
});

describe('HTTP bodies', () => {
  it.each([ErrorBody, TokenRequest, TokenAnswer])('read the same after JSON', (schema) => {
    fc.assert(
      fc.property(arbitraryOf(schema), (body) => {
        expect(schema.parse(JSON.parse(JSON.stringify(body)))).toMatchObject(body as object);
      }),
    );
  });

  it('ask for a token that sends for a minute, unless told otherwise', () => {
    expect(TokenRequest.parse({})).toEqual({ scopes: ['ingest'], expiresInS: 60 });
    expect(TokenRequest.safeParse({ scopes: ['admin'] }).success).toBe(false);
    expect(TokenRequest.safeParse({ expiresInS: 86_400 }).success).toBe(false);
  });

  it('give tokens that fit a subprotocol (RFC 9110, 5.6.2)', () => {
    fc.assert(
      fc.property(arbitraryOf(TokenAnswer), (answer) => {
        const { token } = TokenAnswer.parse(answer);
        expect(`${TOKEN_SUBPROTOCOL_PREFIX}${token}`).toMatch(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/);
      }),
    );
  });
});
