import fc from 'fast-check';
import { AUDIOHOOK_EXAMPLE, signedHeaders } from '../../../test/support/audiohook/signed-headers';
import { verifySignature } from './signature';

/** The example of the publisher's session walkthrough, which its reference implementation tests against too. */
const { headers, target, secret, key, atMs } = AUDIOHOOK_EXAMPLE;
const secretOf = (keyId: string) => (keyId === key ? secret : undefined);
const verify = (over: Record<string, string | undefined>, nowMs: number = atMs) =>
  verifySignature({ target, headers: { ...headers, ...over } }, secretOf, nowMs);

describe('HTTP message signatures', () => {
  it("takes the publisher's example", () => {
    expect(verify({})).toMatchObject({ ok: true, keyId: key, nonce: 'VGhpc0lzQVVuaXF1ZU5vbmNl' });
  });

  it('takes what our own client signs, and no other target, host, field or secret', () => {
    const signed = signedHeaders({ target: '/audiohook?x=1', authority: 'Example.com:8443', key, secret, nowMs: atMs });
    const of = (over: object, at = '/audiohook?x=1', secretOfKey = secretOf) =>
      verifySignature({ target: at, headers: { ...signed, ...over } }, secretOfKey, atMs).ok;
    expect(of({})).toBe(true);
    expect(of({}, '/audiohook?x=2')).toBe(false);
    expect(of({ host: 'example.org:8443' })).toBe(false);
    expect(of({ 'audiohook-session-id': '30b0e395-84d3-4570-ac13-9a62d8f514c1' })).toBe(false);
    expect(of({}, '/audiohook?x=1', () => Buffer.from('other'))).toBe(false);
    expect(of({}, '/audiohook?x=1', () => undefined)).toBe(false);
  });

  it('knows the default port and the case of a host for the same', () => {
    const signed = signedHeaders({ target, authority: 'hook.example.com', key, secret, nowMs: atMs });
    const verdict = verifySignature({ target, headers: { ...signed, host: 'HOOK.example.com:443' } }, secretOf, atMs);
    expect(verdict.ok).toBe(true);
    expect(
      verifySignature({ target, headers: { ...signed, host: 'proxy' }, authority: 'hook.example.com' }, secretOf, atMs)
        .ok,
    ).toBe(true);
  });

  it.each([
    ['before its time', -6000, /future/],
    ['after 30 s', 36_000, /expired/],
  ])('refuses it %s', (_what, laterMs, why) => {
    expect(verify({}, atMs + laterMs)).toMatchObject({ ok: false, why: expect.stringMatching(why) });
  });

  it.each([
    ['no signature', { signature: undefined, 'signature-input': undefined }, /not signed/],
    ['half of one', { signature: undefined }, /come together/],
    ['other syntax', { 'signature-input': 'sig1=("@authority"' }, /no structured field/],
    ['no list', { 'signature-input': 'sig1="x"' }, /inner list/],
    ['another label', { signature: 'sig2=:AAAA:' }, /under the label/],
    [
      'too few components',
      { 'signature-input': headers['signature-input'].replace(' "x-api-key"', '') },
      /does not cover/,
    ],
    ['a component that is not there', { 'audiohook-session-id': undefined }, /not in the request/],
    [
      'an unknown derived component',
      { 'signature-input': headers['signature-input'].replace('@authority', '@method') },
      /not in the request/,
    ],
    [
      'a component with parameters',
      { 'signature-input': headers['signature-input'].replace('"@authority"', '"@authority";req') },
      /not known/,
    ],
    [
      'another algorithm',
      { 'signature-input': headers['signature-input'].replace('hmac-sha256', 'rsa-v1_5-sha256') },
      /alg/,
    ],
    [
      'a short nonce',
      { 'signature-input': headers['signature-input'].replace(/nonce="[^"]+"/, 'nonce="short"') },
      /nonce/,
    ],
    ['no time', { 'signature-input': headers['signature-input'].replace(/;created=\d+/, '') }, /created/],
    ['another key than it was signed for', { 'x-api-key': 'other' }, /differ/],
    ['a signature of other bytes', { signature: 'sig1=:AAAA:' }, /not that of the key/],
  ])('refuses %s', (_what, over, why) => {
    const verdict = verify(over as Record<string, string | undefined>);
    expect(verdict).toMatchObject({ ok: false, why: expect.stringMatching(why) });
    expect(JSON.stringify(verdict)).not.toContain(key);
  });

  it('takes nothing else, whatever the fields hold', () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 200 });
    fc.assert(
      fc.property(text, text, (input, signature) => {
        expect(verify({ 'signature-input': input, signature }).ok).toBe(false);
        const verdict = verify({ 'signature-input': headers['signature-input'] + input, signature: headers.signature });
        // behind a comma is another signature's member, which ours does not cover and nothing is read from
        const isOther = /^[ \t]*,/.test(input);
        expect(verdict.ok).toBe(input.trim() === '' || (isOther && verdict.ok));
      }),
    );
  });
});
