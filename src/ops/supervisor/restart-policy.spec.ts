import { RestartPolicy } from './restart-policy';

const FINAL = new Set([2, 3, 4, 5]);
const crash = { code: null, signal: 'SIGABRT' };

test('what crashes is started again, later and later up to a bound, and at once after it has lived', () => {
  const policy = new RestartPolicy(FINAL);
  const delays = Array.from({ length: 8 }, () => policy.ended(crash, 5000, true, false));
  expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000].map((restartInMs) => ({ restartInMs })));
  expect(policy.ended(crash, 60_000, true, false)).toEqual({ restartInMs: 100 });
});

test.each([2, 3, 4, 5])('a fault that a restart cannot mend (status %i) ends the supervisor with it', (code) => {
  expect(new RestartPolicy(FINAL).ended({ code, signal: null }, 100, false, false)).toEqual({ exit: code });
});

test('a clean end, and every end that was asked for, is the end', () => {
  const policy = new RestartPolicy(FINAL);
  expect(policy.ended({ code: 0, signal: null }, 100, true, false)).toEqual({ exit: 0 });
  expect(policy.ended({ code: 1, signal: null }, 100, true, true)).toEqual({ exit: 1 });
  expect(policy.ended({ code: null, signal: 'SIGKILL' }, 100, true, true)).toEqual({ exit: 137 });
});

test('a service that never gets ready is given up', () => {
  const policy = new RestartPolicy(FINAL, { maxStartFailures: 3 });
  const failed = () => policy.ended({ code: 1, signal: null }, 100, false, false);
  expect([failed(), failed()]).toEqual([{ restartInMs: 100 }, { restartInMs: 200 }]);
  policy.ended(crash, 5000, true, false); // it was ready in between: counted anew
  expect([failed(), failed(), failed()].at(-1)).toEqual({ exit: 1 });
});
