import { ApiKeys, bearerKey, isLoopback } from './api-keys';

const development = { tenant: 'development', key: 'rapport-development' };

describe('ApiKeys', () => {
  const configured = new ApiKeys(
    [
      { tenant: 'acme', key: '0123456789abcdef' },
      { tenant: 'globex', key: 'fedcba9876543210' },
    ],
    development,
  );

  it('tells the tenant of a key, from anywhere', () => {
    expect(configured.tenantOf('fedcba9876543210', '203.0.113.9')).toBe('globex');
  });

  it.each([undefined, '', '0123456789abcde', 'rapport-development'])('knows no %j', (key) => {
    expect(configured.tenantOf(key, '127.0.0.1')).toBeNull();
  });

  it('takes the development key from loopback only, and only while no keys are configured', () => {
    const bare = new ApiKeys([], development);
    expect(bare.tenantOf('rapport-development', '::ffff:127.0.0.1')).toBe('development');
    expect(bare.tenantOf('rapport-development', '192.0.2.1')).toBeNull();
    expect(bare.tenantOf('rapport-development', undefined)).toBeNull();
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['128.0.0.1', false],
  ['::ffff:10.0.0.1', false],
])('isLoopback(%s) is %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});

it.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  [undefined, undefined],
])('bearerKey(%j) is %j', (header, expected) => {
  expect(bearerKey(header)).toBe(expected);
});
