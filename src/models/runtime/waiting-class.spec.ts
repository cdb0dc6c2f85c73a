import { WaitingClass } from './waiting-class';

it('tells a worker of what is more urgent than its job, and of nothing else', () => {
  const pool = new WaitingClass();
  const worker = new WaitingClass(pool.memory);
  pool.set(undefined);
  expect(worker.isBefore('partial')).toBe(false);
  pool.set('assessment');
  expect([worker.isBefore('final'), worker.isBefore('assessment'), worker.isBefore('voice-activity')]).toEqual([
    true,
    false,
    false,
  ]);
  pool.close();
  expect(worker.isBefore('voice-activity')).toBe(true);
});
