import { SeenIds } from './seen-ids';

it('remembers so many ids, and forgets the oldest first', () => {
  const seen = new SeenIds(2);
  for (const id of ['a', 'b', 'b', 'c']) seen.add(id);
  expect(['a', 'b', 'c', 'd'].map((id) => seen.has(id))).toEqual([false, true, true, false]);
});
