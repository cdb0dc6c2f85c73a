import { STAGES } from '../facts/meter';
import { ServiceMeter } from './service-meter';
import { DurationHistogram, Tally } from './tally';

test('a tally counts by label; what is not on the list is the last one', () => {
  const tally = new Tally(['a', 'b', 'other']);
  tally.add('a');
  tally.add('a', 2);
  tally.add('never-heard-of');
  expect(tally.entries()).toEqual([
    ['a', 3],
    ['b', 0],
    ['other', 1],
  ]);
});

test('a histogram has cumulative buckets that contain their bound', () => {
  const histogram = new DurationHistogram([0.01, 0.1]);
  for (const ms of [10, 10.1, 100, 5000]) histogram.observeMs(ms);
  const { cumulative, sumSeconds, count } = histogram.read();
  expect(cumulative).toEqual([
    [0.01, 1],
    [0.1, 3],
    [Infinity, 4],
  ]);
  expect(count).toBe(4);
  expect(sumSeconds).toBeCloseTo(5.1201, 9);
});

test('recording allocates nothing', () => {
  const meter = new ServiceMeter();
  const run = (times: number): void => {
    for (let i = 0; i < times; i += 1) {
      meter.record(STAGES[i % STAGES.length]!, i % 17);
      meter.media('voice', 640);
      meter.job('fusion', 'done');
    }
  };
  run(100_000); // compiled from here on
  const before = process.memoryUsage().heapUsed;
  run(1_000_000);
  // One object of 16 bytes a call would be 48 MB, more than the young generation holds without a collection of its own.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
});
