import { GroupCommit } from './group-commit';

const options = { groupCommitMs: 5, maxCommitBytes: 100, maxQueuedBytes: 250 };

/** A disk whose writes end when the test says so. */
class ScriptedDisk {
  readonly batches: number[][] = [];
  private ends: { resolve: (r: number[]) => void; reject: (e: Error) => void }[] = [];

  readonly write = (batch: readonly number[]): Promise<number[]> => {
    this.batches.push([...batch]);
    return new Promise((resolve, reject) => this.ends.push({ resolve, reject }));
  };

  end(error?: Error): void {
    const { resolve, reject } = this.ends.shift()!;
    if (error) reject(error);
    else resolve(this.batches[this.batches.length - 1]!.map((n) => n * 10));
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a lone entry goes at once; what comes while the disk works shares the next commit', async () => {
  const disk = new ScriptedDisk();
  const commits = new GroupCommit(disk.write, options);
  const first = [commits.add(1, 10), commits.add(2, 10)];
  await jest.advanceTimersByTimeAsync(0);
  expect(disk.batches).toEqual([[1, 2]]);
  const later = [commits.add(3, 10), commits.add(4, 10)];
  await jest.advanceTimersByTimeAsync(50);
  expect(disk.batches).toHaveLength(1);
  disk.end();
  expect(await Promise.all(first)).toEqual([10, 20]);
  await jest.advanceTimersByTimeAsync(0);
  expect(disk.batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
  disk.end();
  expect(await Promise.all(later)).toEqual([30, 40]);
});

test('with a fast disk a commit begins at most every groupCommitMs', async () => {
  const disk = new ScriptedDisk();
  const commits = new GroupCommit(disk.write, options);
  void commits.add(1, 10);
  await jest.advanceTimersByTimeAsync(0);
  disk.end();
  await jest.advanceTimersByTimeAsync(1);
  void commits.add(2, 10);
  await jest.advanceTimersByTimeAsync(3);
  expect(disk.batches).toHaveLength(1);
  await jest.advanceTimersByTimeAsync(1);
  expect(disk.batches).toEqual([[1], [2]]);
});

test('a commit is bounded, and so is what waits', async () => {
  const disk = new ScriptedDisk();
  const commits = new GroupCommit(disk.write, options);
  const added = [commits.add(1, 60), commits.add(2, 60), commits.add(3, 40), commits.add(4, 90)];
  await expect(commits.add(5, 10)).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 1000 });
  for (const _ of [0, 1, 2]) {
    await jest.advanceTimersByTimeAsync(10);
    disk.end();
  }
  await Promise.all(added);
  expect(disk.batches).toEqual([[1], [2, 3], [4]]);
  await commits.drained();
});

test('a failed commit fails its own entries only', async () => {
  const disk = new ScriptedDisk();
  const commits = new GroupCommit(disk.write, options);
  const first = commits.add(1, 10);
  await jest.advanceTimersByTimeAsync(0);
  const second = commits.add(2, 10);
  const refused = expect(first).rejects.toThrow('ENOSPC');
  disk.end(new Error('ENOSPC'));
  await refused;
  await jest.advanceTimersByTimeAsync(10);
  disk.end();
  expect(await second).toBe(20);
});

test('a commit that may pass is held with all behind it, in order, until it is tried again', async () => {
  const disk = new ScriptedDisk();
  const commits = new GroupCommit(disk.write, options, (error) => (error as Error).message === 'ENOSPC');
  const all = [commits.add(1, 60)];
  await jest.advanceTimersByTimeAsync(0);
  all.push(commits.add(2, 60), commits.add(3, 60));
  disk.end(new Error('ENOSPC'));
  await jest.advanceTimersByTimeAsync(1_000);
  expect(disk.batches).toEqual([[1]]);
  expect([commits.pendingBytes, commits.oldestPendingMs]).toEqual([180, 1_000]);
  await commits.drained(); // nothing is on its way
  await expect(commits.add(4, 100)).rejects.toMatchObject({ code: 'overloaded' });
  commits.again();
  commits.again();
  disk.end(new Error('ENOSPC'));
  await jest.advanceTimersByTimeAsync(10);
  commits.again();
  for (const _ of [0, 1, 2]) {
    disk.end();
    await jest.advanceTimersByTimeAsync(10);
  }
  expect(await Promise.all(all)).toEqual([10, 20, 30]);
  expect(disk.batches).toEqual([[1], [1], [1], [2], [3]]);
  expect([commits.pendingBytes, commits.oldestPendingMs]).toEqual([0, 0]);
});

test('what is held is refused when it is given up, with all behind it', async () => {
  const disk = new ScriptedDisk();
  const commits = new GroupCommit(disk.write, options, () => true);
  const all = [commits.add(1, 60), commits.add(2, 60)].map((added) => expect(added).rejects.toThrow('over'));
  await jest.advanceTimersByTimeAsync(0);
  disk.end(new Error('EROFS'));
  await jest.advanceTimersByTimeAsync(10);
  commits.giveUp(new Error('over'));
  await Promise.all(all);
  expect(commits.pendingBytes).toBe(0);
});
