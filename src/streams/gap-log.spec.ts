import { GapLog } from './gap-log';

describe('GapLog', () => {
  it('merges those of one stream and reason, and never gives two the same time', () => {
    const log = new GapLog();
    log.note({ streamName: 'a', reason: 'missing', fromMs: 100, toMs: 200 });
    log.note({ streamName: 'b', reason: 'missing', fromMs: 100, toMs: 300 });
    log.note({ streamName: 'a', reason: 'missing', fromMs: 500, toMs: 520 });
    const taken = log.take();
    expect(taken.map((gap) => gap.mediaMs)).toEqual([100, 101]);
    expect(taken[0]!.detail).toEqual({ stream: 'a', reason: 'missing', fromMs: 100, toMs: 520, lostMs: 120, count: 2 });
    expect(log.take()).toEqual([]);
    log.note({ reason: 'no_media', fromMs: 50, toMs: 60 });
    expect(log.take()[0]!.mediaMs).toBe(102);
  });
});
