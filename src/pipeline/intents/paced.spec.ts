import type { Steps } from '../../fusion/steps';
import { paced } from './paced';

function* busy(steps: number, stepMs: number): Steps<string> {
  for (let i = 0; i < steps; i++) {
    const until = performance.now() + stepMs;
    while (performance.now() < until);
    yield;
  }
  return 'done';
}

describe('paced work', () => {
  it('lets what else waits have its turn, and gives what the steps give', async () => {
    let turns = 0;
    let over = false;
    const other = (): void => {
      if (over) return;
      turns++;
      setImmediate(other);
    };
    setImmediate(other);
    await expect(paced(busy(30, 1))).resolves.toBe('done');
    over = true;
    // 30 ms of work in stretches of a few
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('rejects with what a step throws', async () => {
    function* broken(): Steps<void> {
      yield;
      throw new Error('no such row');
    }
    await expect(paced(broken())).rejects.toThrow('no such row');
  });
});
