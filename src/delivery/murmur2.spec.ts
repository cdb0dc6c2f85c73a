import { javaPartition, murmur2 } from './murmur2';

// From Kafka's UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s as in Java', (text, expected) => expect(murmur2(Buffer.from(text))).toBe(expected));

test('a partition is the positive hash modulo the count', () => {
  expect(javaPartition('abc', 6)).toBe(479470107 % 6);
  expect(javaPartition('21', 6)).toBe((-973932308 & 0x7fffffff) % 6);
});
