import type { IncomingMessage } from 'node:http';
import { ClientAddress, isLoopback } from './client-address';

const from = (remoteAddress: string, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('ClientAddress', () => {
  const direct = new ClientAddress([]);
  const proxied = new ClientAddress(['loopback', '10.0.0.0/8']);

  it.each([
    [direct, '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    [proxied, '192.0.2.1', '203.0.113.9', '192.0.2.1'],
    [proxied, '127.0.0.1', '203.0.113.9', '203.0.113.9'],
    [proxied, '127.0.0.1', undefined, '127.0.0.1'],
    // what the client itself wrote stands before what the trusted ones saw
    [proxied, '10.1.2.3', '127.0.0.1, 203.0.113.9, 10.9.9.9', '203.0.113.9'],
    [proxied, '127.0.0.1', 'no address', '127.0.0.1'],
    [proxied, '127.0.0.1', '', '127.0.0.1'],
  ])('%# says where a request is from', (addresses, remote, forwarded, expected) => {
    expect(addresses.of(from(remote, forwarded))).toBe(expected);
  });

  it('names a setting that it cannot use', () => {
    expect(() => new ClientAddress(['300.0.0.1'])).toThrow(
      expect.objectContaining({ code: 'config_invalid', message: expect.stringMatching(/RAPPORT_TRUST_PROXY.*300/) }),
    );
  });
});

it.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['::1', true],
  ['128.0.0.1', false],
  ['::ffff:127.0.0.1', true],
  ['::ffff:10.0.0.1', false],
  ['', false],
])('isLoopback(%s) is %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
