import { DEFAULT_START_PACE, StartPace } from './start-pace';

describe('StartPace', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  /** Each start takes so long, ms; tells when it began. */
  function starts(count: number, tookMs: number): { began: number[]; pace: StartPace } {
    const began: number[] = [];
    // work takes time that no timer sees
    let workedMs = 0;
    const nowMs = (): number => Date.now() + workedMs;
    const pace = new StartPace(DEFAULT_START_PACE, nowMs);
    for (let i = 0; i < count; i += 1) {
      pace.run(() => {
        began.push(nowMs());
        workedMs += tookMs;
      });
    }
    return { began, pace };
  }

  it('does a few at once', () => {
    const { began, pace } = starts(4, 2);
    expect(began).toEqual([0, 2, 4, 6]);
    expect(pace.length).toBe(0);
  });

  it('a hundred at once stood between a session that runs and its window, for as long as they took together', () => {
    const { began, pace } = starts(100, 2);
    // the first run, then the others have their turn
    expect(began.length).toBeLessThanOrEqual(5);
    jest.advanceTimersByTime(1000);
    expect(pace.length).toBe(0);
    expect(began).toHaveLength(100);
    // never more than its share of any 100 ms
    for (const from of began) {
      expect(began.filter((ms) => ms >= from && ms < from + 100).length * 2).toBeLessThanOrEqual(50 + 16);
    }
    // and they need not wait for longer than that
    expect(began.at(-1)).toBeLessThanOrEqual(420);
  });

  it('keeps the order of their coming', () => {
    const order: number[] = [];
    const pace = new StartPace({ maxStartShare: 0.5, maxStartRunMs: 0 });
    for (let i = 0; i < 20; i += 1) pace.run(() => order.push(i));
    jest.advanceTimersByTime(1000);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });
});
