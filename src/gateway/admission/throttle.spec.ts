import { Throttle, networkOf } from './throttle';

describe('Throttle', () => {
  let nowMs: number;
  beforeEach(() => (nowMs = 0));
  const open = (over: Partial<ConstructorParameters<typeof Throttle>[0]> = {}) =>
    new Throttle(
      {
        knocks: { perSecond: 100, burst: 100 },
        addressKnocks: { perSecond: 2, burst: 3 },
        addressFailures: { perSecond: 1, burst: 2 },
        addressNoise: { perSecond: 1, burst: 2 },
        maxAddresses: 10,
        ...over,
      },
      () => nowMs,
    );
  const knocks = (throttle: Throttle, address: string, times: number): number => {
    let taken = 0;
    for (let i = 0; i < times; i += 1) {
      try {
        throttle.knock(address);
        taken += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
      }
    }
    return taken;
  };

  it('refuses one address with the time to wait, and no other', () => {
    const throttle = open();
    expect(knocks(throttle, '192.0.2.1', 10)).toBe(3);
    expect(() => throttle.knock('192.0.2.1')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/from this address/), retryAfterMs: 500 }),
    );
    expect(knocks(throttle, '192.0.2.2', 1)).toBe(1);
    nowMs = 500;
    expect(knocks(throttle, '192.0.2.1', 2)).toBe(1);
  });

  it('a flood of one address does not spend the share of all', () => {
    const throttle = open({ knocks: { perSecond: 1, burst: 5 } });
    expect(knocks(throttle, '192.0.2.1', 1000)).toBe(3);
    expect(knocks(throttle, '192.0.2.2', 1)).toBe(1);
  });

  it('refuses all when too many come from everywhere', () => {
    const throttle = open({ knocks: { perSecond: 1, burst: 5 } });
    const taken = Array.from({ length: 9 }, (_, i) => knocks(throttle, `192.0.2.${i}`, 1));
    expect(taken).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0]);
  });

  it('refuses sooner whoever fails', () => {
    const throttle = open({ addressKnocks: { perSecond: 100, burst: 100 } });
    for (let i = 0; i < 2; i += 1) {
      throttle.knock('192.0.2.1');
      throttle.failed('192.0.2.1');
    }
    expect(() => throttle.knock('192.0.2.1')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/failed/), retryAfterMs: 1000 }),
    );
    expect(knocks(throttle, '192.0.2.2', 1)).toBe(1);
    nowMs = 1000;
    expect(knocks(throttle, '192.0.2.1', 1)).toBe(1);
  });

  it('remembers a bounded number of addresses, and forgets the one not heard of for longest', () => {
    const throttle = open();
    expect(knocks(throttle, '192.0.2.1', 3)).toBe(3);
    for (let i = 0; i < 9; i += 1) {
      knocks(throttle, `198.51.100.${i}`, 1);
      expect(knocks(throttle, '192.0.2.1', 1)).toBe(0);
    }
    knocks(throttle, '198.51.100.200', 1);
    expect(throttle.addressCount).toBe(10);
    expect(knocks(throttle, '192.0.2.1', 1)).toBe(0);
    for (let i = 0; i < 10; i += 1) knocks(throttle, `203.0.113.${i}`, 1);
    expect(throttle.addressCount).toBe(10);
    expect(knocks(throttle, '192.0.2.1', 1)).toBe(1);
  });

  it('remembers who made no sense, for a while, and does not take asking for a visit', () => {
    const throttle = open();
    expect(throttle.isNoisy('192.0.2.1')).toBe(false);
    expect(throttle.addressCount).toBe(0);
    throttle.noise('192.0.2.1');
    expect(throttle.isNoisy('192.0.2.1')).toBe(false);
    throttle.noise('192.0.2.1');
    expect([throttle.isNoisy('192.0.2.1'), throttle.isNoisy('192.0.2.2')]).toEqual([true, false]);
    expect(() => throttle.knock('192.0.2.1')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/made no sense/), retryAfterMs: 1000 }),
    );
    nowMs = 1000;
    expect(throttle.isNoisy('192.0.2.1')).toBe(false);
    expect(knocks(throttle, '192.0.2.1', 1)).toBe(1);
  });
});

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('networkOf(%s) is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
