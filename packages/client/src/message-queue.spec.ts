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

  it('goes on only when half of the bound is read: a connection that cannot pause is not dropped twice for it', async () => {
    const { queue, calls } = open(4);
    for (let i = 0; i < 5; i += 1) queue.push(i);
    for (let i = 0; i < 2; i += 1) await queue.next();
    expect(calls).toEqual(['pause']);
    await queue.next();
    expect(calls).toEqual(['pause', 'resume']);
  });

  it('keeps the newest for who listens and does not read yet', async () => {
    const { queue, calls } = open(2);
    for (let i = 0; i < 5; i += 1) queue.pushForgetful(i);
    expect(calls).toEqual([]);
    expect(await queue.next()).toEqual({ value: 3, done: false });
    for (let i = 5; i < 7; i += 1) queue.pushForgetful(i);
    expect(calls).toEqual(['pause']); // from now on somebody reads
  });

  it('lets a reader give up, and loses nothing by it', async () => {
    const { queue } = open(2);
    const stop = new AbortController();
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of queue.until(stop.signal)) seen.push(item);
    })();
    queue.push(1);
    stop.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    queue.push(2);
    expect((await queue.next()).value).toBe(seen.length === 0 ? 1 : 2);
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
