import { trailPaths } from './trail-path';

it('a trail has a piece for each run with evidence, the newest at the right edge', () => {
  expect(trailPaths([1, -1, null, 0], 4)).toEqual(['M0 0h0L80 36', 'M240 18h0']);
  expect(trailPaths([0], 61)).toEqual(['M240 18h0']);
  expect(trailPaths([null, null], 60)).toEqual([]);
  expect(trailPaths([], 60)).toEqual([]);
});
