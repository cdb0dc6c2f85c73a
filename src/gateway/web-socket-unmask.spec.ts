import fc from 'fast-check';
import { unmask } from './web-socket-unmask';

it('takes the mask off as RFC 6455 says, wherever the payload lies in its buffer', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  const mask = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(bytes, mask, fc.nat(9), fc.nat(9), (plain, key, before, behind) => {
      const whole = new Uint8Array(before + plain.length + behind).fill(0xee);
      whole.set(
        plain.map((byte, i) => byte ^ key[i % 4]!),
        before,
      );
      unmask(whole.subarray(before, before + plain.length), key);
      const expected = new Uint8Array(whole.length).fill(0xee);
      expected.set(plain, before);
      expect(whole).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});
