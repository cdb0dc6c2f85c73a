import { backoffMs } from './backoff';

test('doubles up to the bound, within its upper half', () => {
  expect([0, 1, 2, 3, 99].map((n) => backoffMs(n, 100, 500, () => 1))).toEqual([100, 200, 400, 500, 500]);
  expect(backoffMs(0, 100, 500, () => 0)).toBe(50);
});
