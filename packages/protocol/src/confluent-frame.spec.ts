import fc from 'fast-check';
import { frameAvro, unframeAvro } from './confluent-frame';

test('a zero byte, the id most significant byte first, the body', () => {
  expect([...frameAvro(0x01020304, Buffer.from([9, 8]))]).toEqual([0, 1, 2, 3, 4, 9, 8]);
});

test('any id and body come back', () => {
  const anyFrame = fc.tuple(fc.nat(0x7fff_ffff), fc.uint8Array());
  fc.assert(
    fc.property(anyFrame, ([schemaId, body]) => {
      expect(unframeAvro(frameAvro(schemaId, body))).toEqual({ schemaId, body });
      // a view into something larger, as what a client library hands out
      const within = Buffer.concat([Buffer.alloc(3, 7), frameAvro(schemaId, body)]).subarray(3);
      expect(unframeAvro(within)).toEqual({ schemaId, body: Buffer.from(body) });
    }),
  );
});

test.each([[''], ['00000001'], ['017b7d0000']])('%j is in no such frame', (hex) => {
  expect(unframeAvro(Buffer.from(hex, 'hex'))).toBeUndefined();
});

test.each([-1, 0.5, 2 ** 31])('%d is no id', (id) => {
  expect(() => frameAvro(id, new Uint8Array())).toThrow(RangeError);
});
