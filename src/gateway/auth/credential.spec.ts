import { bearerOf, subprotocolsOf, upgradeCredential } from './credential';

it.each([
  ['Bearer abc', { kind: 'bearer', text: 'abc' }],
  ['bearer  abc', { kind: 'bearer', text: 'abc' }],
  ['Bearer a b', { kind: 'none' }],
  ['Basic abc', { kind: 'none' }],
  ['Bearer', { kind: 'none' }],
  [undefined, { kind: 'none' }],
])('bearerOf(%j) is %j', (header, expected) => {
  expect(bearerOf(header)).toEqual(expected);
});

const credential = (protocols: string | undefined, authorization?: string) => {
  const request = { headers: { 'sec-websocket-protocol': protocols, authorization } };
  return upgradeCredential(request, subprotocolsOf(request));
};

it.each([
  ['rapport.v1, rapport.token.abc', undefined, { kind: 'token', text: 'abc' }],
  ['rapport.token.abc,rapport.v1', 'Bearer key', { kind: 'token', text: 'abc' }],
  ['rapport.v1, rapport.token.', undefined, { kind: 'token', text: '' }],
  ['rapport.v1', 'Bearer key', { kind: 'bearer', text: 'key' }],
  ['rapport.v1', undefined, { kind: 'none' }],
  [undefined, undefined, { kind: 'none' }],
])('an upgrade with the subprotocols %j and %j shows %j', (protocols, authorization, expected) => {
  expect(credential(protocols, authorization)).toEqual(expected);
});
