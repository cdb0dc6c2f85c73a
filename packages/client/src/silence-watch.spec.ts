import { SilenceWatch } from './silence-watch';

describe('SilenceWatch', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const watching = () => {
    const told: string[] = [];
    const watch = new SilenceWatch(
      1000,
      () => told.push('asked'),
      () => told.push('silent'),
    );
    return { told, watch };
  };

  it('asks at half of the time and tells when nothing came until its end', () => {
    const { told } = watching();
    jest.advanceTimersByTime(600);
    expect(told).toEqual(['asked']);
    jest.advanceTimersByTime(400);
    expect(told).toEqual(['asked', 'silent']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is content with any sign of life, and looks again from there', () => {
    const { told, watch } = watching();
    for (let i = 0; i < 10; i += 1) {
      jest.advanceTimersByTime(400);
      watch.heard();
    }
    expect(told).not.toContain('silent');
    jest.advanceTimersByTime(1001);
    expect(told).toContain('silent');
  });

  it('does not count while nothing is read', () => {
    const { told, watch } = watching();
    watch.pause();
    jest.advanceTimersByTime(10_000);
    watch.resume();
    jest.advanceTimersByTime(400);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(600);
    expect(told).toEqual(['asked', 'silent']);
  });
});
