import { AckBatch } from './ack-batch';

describe('AckBatch', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const opened = () => {
    const acked: number[] = [];
    return { acked, batch: new AckBatch({ ackEveryResults: 3, ackEveryMs: 1000 }, (seq) => acked.push(seq)) };
  };

  it('says many at once: after so many results, or so much time', () => {
    const { acked, batch } = opened();
    for (let seq = 1; seq <= 4; seq += 1) batch.onRead(seq);
    expect(acked).toEqual([3]);
    jest.advanceTimersByTime(999);
    expect(acked).toEqual([3]);
    jest.advanceTimersByTime(1);
    expect(acked).toEqual([3, 4]);
    jest.advanceTimersByTime(60_000);
    expect(acked).toEqual([3, 4]);
  });

  it('goes along with media, when it would soon go by itself', () => {
    const { acked, batch } = opened();
    batch.onSent();
    batch.onRead(1);
    jest.advanceTimersByTime(700);
    batch.onSent();
    expect(acked).toEqual([]);
    batch.onRead(2);
    jest.advanceTimersByTime(60);
    batch.onSent();
    batch.onSent();
    expect(acked).toEqual([2]);
    jest.advanceTimersByTime(5000);
    expect([acked, jest.getTimerCount()]).toEqual([[2], 0]);
  });

  it('never goes back, and leaves out what a resume has said', () => {
    const { acked, batch } = opened();
    batch.onRead(2);
    batch.onTold(2);
    batch.onRead(1);
    jest.advanceTimersByTime(5000);
    expect(acked).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });
});
