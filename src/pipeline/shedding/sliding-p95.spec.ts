import { SlidingP95 } from './sliding-p95';

it('is the nearest rank of what was observed in the window, and 0 of nothing', () => {
  const p95 = new SlidingP95(1000, 100);
  expect(p95.at(0)).toBe(0);
  for (let i = 1; i <= 40; i += 1) p95.observe(i, i);
  expect(p95.at(40)).toBe(38);
  expect(p95.at(1030)).toBe(40);
  expect(p95.at(1040)).toBe(0);
});

it('keeps the newest when there are more than it holds', () => {
  const p95 = new SlidingP95(1000, 10);
  for (let i = 1; i <= 1000; i += 1) p95.observe(0, i <= 990 ? 5000 : 1);
  expect(p95.at(0)).toBe(1);
});
