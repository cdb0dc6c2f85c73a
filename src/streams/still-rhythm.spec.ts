import { StillRhythm } from './still-rhythm';

const after = (...ptsMs: number[]): number => {
  const rhythm = new StillRhythm(1000);
  for (const one of ptsMs) rhythm.came(one);
  return rhythm.distanceMs;
};

it('expects the next still as far on as the shorter of the last two distances', () => {
  expect(after(0, 500, 1000)).toBe(500);
  expect(after(0, 500, 980)).toBe(480);
  expect(after(0, 500, 1000, 2000)).toBe(500); // one was lost
  expect(after(0, 500, 1000, 1100)).toBe(100); // the camera is faster now
});

it('expects nothing of one or two, nor more than its bound', () => {
  expect([after(), after(500), after(0, 500)]).toEqual([0, 0, 0]);
  expect(after(0, 30_000, 60_000)).toBe(1000);
});

it('is told nothing by one from before the last', () => {
  expect(after(0, 500, 1000, 700, 1000)).toBe(500);
});
