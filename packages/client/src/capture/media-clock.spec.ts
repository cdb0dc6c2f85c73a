import { MediaClock } from './media-clock';

describe('MediaClock', () => {
  function opened() {
    const device = { monotonicMs: 5_000, wallMs: 1_700_000_000_000 };
    const clock = new MediaClock({ monotonicMs: () => device.monotonicMs, wallMs: () => device.wallMs });
    const pass = (ms: number): void => {
      device.monotonicMs += ms;
      device.wallMs += ms;
    };
    return { device, clock, pass };
  }

  it('counts from the beginning of the session', () => {
    const { clock, pass } = opened();
    pass(900);
    clock.begin();
    pass(1_500);
    expect(clock.nowMs).toBe(1_500);
  });

  it('a time of day that is set moves nothing, once the service has said so', () => {
    const { device, clock, pass } = opened();
    pass(1_000);
    expect(clock.takeDoubt()).toBe(false);
    device.wallMs += 3_600_000;
    expect(clock.takeDoubt()).toBe(true);
    expect(clock.told(1_040)).toBe(0);
    expect([clock.nowMs, clock.takeDoubt()]).toEqual([1_000, false]);
    device.wallMs -= 7_200_000;
    expect([clock.takeDoubt(), clock.nowMs]).toEqual([true, 1_000]);
  });

  it('a machine that slept is behind, and goes on where the service is', () => {
    const { device, clock, pass } = opened();
    pass(1_000);
    device.wallMs += 20_000; // the other one stood still
    expect(clock.takeDoubt()).toBe(true);
    expect(clock.told(21_030)).toBe(20_000);
    pass(10);
    expect(clock.nowMs).toBe(21_010);
  });

  it('never goes back, and follows neither a delay of the network nor the drift of a device without a doubt', () => {
    const { clock, pass } = opened();
    pass(10_000);
    expect([clock.told(2_000), clock.told(12_900), clock.nowMs]).toEqual([0, 0, 10_000]);
  });
});
