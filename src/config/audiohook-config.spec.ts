import { readConfig } from './config';

const KEY = 'SGVsbG8sIEkgYW0gdGhlIEFQSSBrZXkh';
const SECRET = 'TXlTdXBlclNlY3JldEtleVRlbGxOby0xITJAMyM0JDU=';
const entry = `acme:${KEY}:${SECRET}`;
const read = (RAPPORT_AUDIOHOOK_KEYS: string, more = {}) =>
  readConfig({ RAPPORT_AUDIOHOOK_KEYS, ...more }).doors.audiohook;

describe('the settings of AudioHook', () => {
  it('take keys with their secrets, and those without on purpose', () => {
    const authority = 'hook.example.com:8443';
    const config = read(`${entry}, beta:another-key-0123456789:none`, { RAPPORT_AUDIOHOOK_AUTHORITY: authority });
    expect(config).toEqual({
      authority,
      keys: [
        { tenant: 'acme', apiKey: KEY, secret: Buffer.from(SECRET, 'base64') },
        { tenant: 'beta', apiKey: 'another-key-0123456789' },
      ],
    });
  });

  it.each([
    ['no secret', `acme:${KEY}`, /entry 1 has no client secret/],
    ['an empty secret', `acme:${KEY}:`, /client secret needs to be base64 of 32 bytes/],
    ['a short secret', `acme:${KEY}:c2hvcnQ=`, /client secret needs to be base64 of 32 bytes/],
    ['a secret that is no base64', `acme:${KEY}:${'-'.repeat(44)}`, /client secret needs to be base64/],
    ['a short key', `acme:short:${SECRET}`, /5 characters, needs 16/],
    ['no tenant', `${KEY}:${SECRET}`, /TENANT:API_KEY:CLIENT_SECRET/],
    ['too many parts', `${entry}:more`, /TENANT:API_KEY:CLIENT_SECRET/],
    ['a key twice', `${entry},beta:${KEY}:${SECRET}`, /an API key twice/],
  ])('refuse %s, and repeat none of it', (_what, keys, sentence) => {
    const refused = () => read(keys);
    expect(refused).toThrow(sentence);
    try {
      refused();
    } catch (error) {
      expect(String(error)).not.toContain(KEY);
      expect(String(error)).not.toContain(SECRET);
    }
  });

  it('refuse an authority that is none, and one without keys', () => {
    expect(() => read(entry, { RAPPORT_AUDIOHOOK_AUTHORITY: 'wss://hook.example.com' })).toThrow(/takes a host/);
    expect(() => read('', { RAPPORT_AUDIOHOOK_AUTHORITY: 'hook.example.com' })).toThrow(/nobody could be let in/);
  });
});
