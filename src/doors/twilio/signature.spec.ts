import { isSigned, signatureOf, signedForms } from './signature';

describe("Twilio's signature", () => {
  it('is that of its documentation', () => {
    // the URL and, in their order, the parameters of its own example
    const signed =
      'https://mycompany.com/myapp.php?foo=1&bar=2' +
      'CallSidCA1234567890ABCDECaller+14158675309Digits1234From+14158675309To+18005551212';
    expect(signatureOf('12345', signed)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
  });

  it.each([
    [
      'wss://a.example/twilio',
      [
        'wss://a.example/twilio',
        'wss://a.example/twilio/',
        'wss://a.example:443/twilio',
        'wss://a.example:443/twilio/',
      ],
    ],
    ['wss://a.example:8443/t', ['wss://a.example:8443/t', 'wss://a.example:8443/t/']],
    ['ws://[::1]:80/t', ['ws://[::1]/t', 'ws://[::1]/t/', 'ws://[::1]:80/t', 'ws://[::1]:80/t/']],
    ['no address', ['no address']],
  ])('of %s may be made over these forms', (url, forms) => {
    expect(signedForms(url)).toEqual(forms);
  });

  it('holds for one token, one address and every byte of it', () => {
    const forms = signedForms('wss://a.example/twilio');
    const signature = signatureOf('token', 'wss://a.example/twilio');
    expect(isSigned('token', forms, signature)).toBe(true);
    expect(isSigned('tokem', forms, signature)).toBe(false);
    expect(isSigned('token', signedForms('wss://b.example/twilio'), signature)).toBe(false);
    for (const other of ['', signature.slice(1), `${signature}=`, signature.toLowerCase()]) {
      expect(isSigned('token', forms, other)).toBe(false);
    }
  });
});
