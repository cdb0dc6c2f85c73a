import { MessageQueue } from './message-queue';

describe('MessageQueue', () => {
  const open = (maxItems: number) => {
    const calls: string[] = [];
    const queue = new MessageQueue<number>(
      maxItems,
      () => calls.push('pause'),
      () => calls.push('resume'),
    );
    return { queue, calls };
  };

  it('gives what was pushed, in order, then ends', async () => {
    const { queue } = open(8);
    queue.push(1);
    queue.push(2);
    queue.end();
    const seen: number[] = [];
    for await (const item of queue) seen.push(item);
    expect(seen).toEqual([1, 2]);
  });

  it('pauses its source at the bound and resumes below it', async () => {
    const { queue, calls } = open(2);
    queue.push(1);
    queue.push(2);
    expect(calls).toEqual(['pause']);
    await queue.next();
    expect(calls).toEqual(['pause', 'resume']);
  });

  it('gives what came before a failure, then fails', async () => {
    const { queue } = open(2);
    queue.push(1);
    queue.end(new Error('gone'));
    await expect(queue.next()).resolves.toEqual({ value: 1, done: false });
    await expect(queue.next()).rejects.toThrow('gone');
  });

  it('fails a reader that waits', async () => {
    const { queue } = open(2);
    const reading = queue.next();
    queue.end(new Error('gone'));
    await expect(reading).rejects.toThrow('gone');
  });
});
