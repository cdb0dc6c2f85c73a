import { OriginPolicy, isLoopbackHost } from './origins';

const asked = (policy: OriginPolicy, origin: string | undefined, host = 'desk.example', bound?: string[]): boolean =>
  policy.allows({ origin, host, bound });

describe('OriginPolicy', () => {
  const byDefault = new OriginPolicy(undefined, false);
  const listed = new OriginPolicy(['https://desk.example', 'http://localhost:3000'], false);

  it('lets in whoever sends no Origin: no browser', () => {
    for (const policy of [byDefault, listed, new OriginPolicy(undefined, true)]) {
      expect(asked(policy, undefined)).toBe(true);
    }
  });

  it.each([
    ['https://desk.example', 'desk.example', true],
    ['https://desk.example', 'desk.example:443', true],
    ['http://desk.example:8080', 'Desk.Example:8080', true],
    ['https://desk.example', 'desk.example:8080', false],
    ['https://evil.example', 'desk.example', false],
    ['https://desk.example.evil.example', 'desk.example', false],
    ['http://localhost:3000', 'desk.example', false],
    ['null', 'desk.example', false],
    ['file://', 'desk.example', false],
    ['', 'desk.example', false],
  ])('by default: a page of %s, at the host %s: %s', (origin, host, expected) => {
    expect(asked(byDefault, origin, host)).toBe(expected);
  });

  it.each([
    ['https://desk.example', true],
    ['http://localhost:3000', true],
    ['http://localhost', false],
    ['http://desk.example', false],
    ['https://rapport.example', false],
  ])('with a list: a page of %s: %s', (origin, expected) => {
    expect(asked(listed, origin, 'rapport.example')).toBe(expected);
  });

  it('with * lets in any page, but for what a token was bound to', () => {
    const any = new OriginPolicy('*', false);
    expect(asked(any, 'https://anywhere.example')).toBe(true);
    expect(asked(any, 'https://anywhere.example', 'desk.example', ['https://shop.example'])).toBe(false);
  });

  it('takes the word of the key for its tokens, unless the operator made a list', () => {
    const bound = ['https://shop.example'];
    expect(asked(byDefault, 'https://shop.example', 'desk.example', bound)).toBe(true);
    expect(asked(byDefault, 'https://desk.example', 'desk.example', bound)).toBe(false);
    expect(asked(listed, 'https://shop.example', 'desk.example', bound)).toBe(false);
  });

  it('while the development key holds, lets in pages of this machine alone, whatever the host calls itself', () => {
    const development = new OriginPolicy(undefined, true);
    expect(asked(development, 'http://localhost:5173', '127.0.0.1:8080')).toBe(true);
    expect(asked(development, 'http://[::1]:5173', '127.0.0.1:8080')).toBe(true);
    expect(asked(development, 'http://rebound.example:8080', 'rebound.example:8080')).toBe(false);
  });
});

it.each([
  ['localhost:8080', true],
  ['127.0.0.1', true],
  ['[::1]:8080', true],
  ['rebound.example:8080', false],
  ['localhost.evil.example', false],
  ['a b', false],
  [undefined, false],
])('isLoopbackHost(%j) is %s', (host, expected) => {
  expect(isLoopbackHost(host)).toBe(expected);
});
