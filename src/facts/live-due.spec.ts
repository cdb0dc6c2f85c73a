import { LiveDue } from './live-due';

const seconds = (count: number): number[] => Array.from({ length: count }, (_, i) => (i + 1) * 1000);
const aheadMs = (live: LiveDue, mediaMs: number, cameAtMs: number) => live.dueAtMs(mediaMs, cameAtMs) - cameAtMs;

it('live media is due when it comes', () => {
  const live = new LiveDue();
  expect(seconds(3).map((ms) => live.dueAtMs(ms, ms + 300))).toEqual([1300, 2300, 3300]);
});

it.each([1.5, 4, 100])('who sends at %s times real time is ahead, by more from second to second', (pace) => {
  const live = new LiveDue();
  const ahead = seconds(60).map((ms) => aheadMs(live, ms, ms / pace));
  for (let i = 1; i < ahead.length; i += 1) expect(ahead[i]! - ahead[i - 1]!).toBeGreaterThan(250);
  expect(ahead.at(-1)).toBeGreaterThan(15_000);
});

it('what the network held back is due when it came, and what follows it live again', () => {
  const live = new LiveDue();
  live.dueAtMs(1000, 1000);
  expect([2000, 3000, 4000].map((ms) => live.dueAtMs(ms, 31_000))).toEqual([31_000, 31_000, 31_000]);
  expect(live.dueAtMs(5000, 31_500)).toBe(31_500);
});

it('a first second that was held back is forgotten within a minute, and a clock that drifts by 0.2 % is followed', () => {
  const live = new LiveDue();
  live.dueAtMs(1000, 4000);
  const ahead = seconds(61)
    .slice(1)
    .map((ms) => aheadMs(live, ms, ms));
  expect(ahead[0]).toBe(2950);
  expect(ahead.at(-1)).toBe(0);
  expect(Math.max(...seconds(3600).map((ms) => aheadMs(live, 61_000 + ms, 61_000 + ms / 1.002)))).toBeLessThan(3);
});
