import fc from 'fast-check';
import { cookieOf, loginCookieName, setLoginCookie } from './login-cookie';

const NAME = loginCookieName(false);

describe('the cookie of a log-in', () => {
  it('comes back as it was set, among whatever others', () => {
    const token = fc.stringMatching(/^[\w-]{1,64}$/);
    const other = fc.stringMatching(/^[a-z]{1,8}=[a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(fc.boolean(), token, fc.array(other, { maxLength: 4 }), (isSecure, text, others) => {
        const [pair] = setLoginCookie(isSecure, text, 60).split(';', 1);
        expect(cookieOf([...others, pair].join('; '), loginCookieName(isSecure))).toBe(text);
      }),
    );
  });

  it.each([
    [undefined],
    [''],
    [NAME],
    [`${NAME}=`],
    [`x${NAME}=token`],
    [`${NAME}=${'x'.repeat(65)}`],
    [`a=${NAME}`],
    ['__Host-rapport=token'], // set over TLS, shown in the clear
  ])('is not in %j', (header) => {
    expect(cookieOf(header, NAME)).toBeUndefined();
  });

  it('is the first of its name', () => {
    expect(cookieOf(`${NAME}=one; ${NAME}=two`, NAME)).toBe('one');
  });
});
