import { decodeFrame, type Frame, FrameFlag } from '@rapport-live/protocol';
import { type StreamGap, StreamSender } from './stream-sender';

function opened(
  limitBytes: number,
  bounds: Partial<Record<'maxQueuedBytes' | 'maxReplayBytes' | 'pressureBytes', number>> = {},
) {
  const frames: Frame[] = [];
  const pressure: [queuedBytes: number, isHigh: boolean][] = [];
  const gaps: (StreamGap & { nextSeq?: number; nextByteOffset?: number })[] = [];
  const whole = { maxQueuedBytes: 10_000, maxReplayBytes: 10_000, pressureBytes: 10_000, ...bounds };
  const wire = {
    pressure: (_streamId: number, queuedBytes: number, isHigh: boolean) => pressure.push([queuedBytes, isHigh]),
    frame: (bytes: Uint8Array) => {
      const decoded = decodeFrame(bytes);
      if (decoded.ok) frames.push(decoded.frame);
    },
    gap: (gap: StreamGap, next?: { seq: number; byteOffset: number }) =>
      gaps.push(next === undefined ? gap : { ...gap, nextSeq: next.seq, nextByteOffset: next.byteOffset }),
  };
  const sender = new StreamSender(1, limitBytes, whole, wire, true);
  const push = (bytes: number, ptsMs: number, flags = 0) => sender.push(new Uint8Array(bytes), ptsMs, { flags });
  const seqs = () => frames.map(({ seq }) => seq);
  return { sender, frames, gaps, pressure, push, seqs };
}

describe('StreamSender', () => {
  it('sends up to the credit, to the byte, and goes on where it is raised', async () => {
    const { sender, frames, push } = opened(100);
    await push(60, 0);
    await push(40, 20);
    const waits = push(10, 40);
    expect([frames.length, sender.waitingBytes, sender.isDrained]).toEqual([2, 10, false]);
    sender.credit(90); // an old one: the largest counts
    expect(frames).toHaveLength(2);
    sender.credit(110);
    await waits;
    expect(frames.map(({ seq, ptsUs, byteOffset }) => [seq, ptsUs, byteOffset])).toEqual([
      [0, 0, 0],
      [1, 20_000, 60],
      [2, 40_000, 100],
    ]);
  });

  it('after a resume sends again what the service lacks, as it was, then what waited', async () => {
    const { sender, frames, push, seqs } = opened(1000);
    for (let i = 0; i < 4; i += 1) await push(10, i * 20);
    sender.detach();
    void push(10, 80);
    expect(seqs()).toEqual([0, 1, 2, 3]);
    expect(sender.position).toMatchObject({ oldest: { seq: 0 }, next: { seq: 4, byteOffset: 40 } });
    sender.attach({ nextSeq: 2, limitBytes: 1000, sendInit: false, ended: false });
    expect(seqs()).toEqual([0, 1, 2, 3, 2, 3, 4]);
    const flags = frames.map((frame) => frame.flags);
    expect(flags).toEqual([0, 0, 0, 0, FrameFlag.retransmit, FrameFlag.retransmit, 0]);
    const [first, second] = [frames[2]!, frames[4]!];
    expect(second).toEqual({ ...first, flags: FrameFlag.retransmit });
  });

  it('obeys the credit of the resume, also where it is less than before', async () => {
    const { sender, push, seqs } = opened(1000);
    for (let i = 0; i < 4; i += 1) await push(10, i * 20);
    sender.detach();
    sender.attach({ nextSeq: 0, limitBytes: 20, sendInit: false, ended: false });
    expect(seqs().slice(4)).toEqual([0, 1]);
    sender.credit(30);
    expect(seqs().slice(4)).toEqual([0, 1, 2]);
    sender.credit(40);
    expect([seqs().slice(4), sender.isDrained]).toEqual([[0, 1, 2, 3], true]);
  });

  it("sends the container's header first where decoders start anew", async () => {
    const { sender, frames, push, seqs } = opened(1000);
    await push(10, 0, FrameFlag.init);
    for (let i = 1; i < 4; i += 1) await push(10, i * 20);
    sender.acked(2);
    sender.detach();
    sender.attach({ nextSeq: 3, limitBytes: 1000, sendInit: true, ended: false });
    expect(seqs().slice(4)).toEqual([0, 3]);
    expect(frames[4]).toMatchObject({ flags: FrameFlag.init | FrameFlag.retransmit, byteOffset: 0, ptsUs: 0 });
  });

  it('sends nothing more on a stream that the service has ended', async () => {
    const { sender, push, seqs } = opened(1000);
    await push(10, 0);
    await push(0, 20, FrameFlag.endOfStream);
    sender.detach();
    sender.attach({ nextSeq: 0, limitBytes: 1000, sendInit: true, ended: true });
    expect([seqs(), sender.isDrained]).toEqual([[0, 1], true]);
  });

  it('says which media it could not keep, in the resume and by a gap', async () => {
    const { sender, gaps, push, seqs } = opened(1000, { maxReplayBytes: 3 * (24 + 10) });
    for (let i = 0; i < 5; i += 1) await push(10, i * 20);
    sender.detach();
    expect(sender.position.oldest).toMatchObject({ seq: 2, byteOffset: 20 });
    sender.attach({ nextSeq: 2, limitBytes: 1000, sendInit: false, ended: false });
    expect(seqs().slice(5)).toEqual([2, 3, 4]);
    // The service knows it from the resume: it is not told twice.
    expect(gaps).toEqual([{ streamId: 1, fromPtsMs: 0, toPtsMs: 40, reason: 'buffer_overflow' }]);
  });

  it('says nothing of a gap when the service had it all', async () => {
    const { sender, gaps, push } = opened(1000, { maxReplayBytes: 3 * (24 + 10) });
    for (let i = 0; i < 5; i += 1) await push(10, i * 20);
    sender.acked(4);
    sender.detach();
    sender.attach({ nextSeq: 5, limitBytes: 1000, sendInit: false, ended: false });
    expect(gaps).toEqual([]);
  });

  it('drops the oldest of what waits at its bound: rejected, declared, and the next frame is a discontinuity', async () => {
    const { sender, frames, gaps, push } = opened(10, { maxQueuedBytes: 25 });
    await push(10, 0);
    const dropped = [push(10, 20), push(10, 40)];
    const kept = [push(10, 60), push(10, 80)];
    for (const one of dropped) await expect(one).rejects.toMatchObject({ code: 'buffer_full' });
    expect(sender.waitingBytes).toBe(20);
    sender.credit(1000);
    await Promise.all(kept);
    expect(frames.map(({ seq, ptsUs, byteOffset, flags }) => [seq, ptsUs, byteOffset, flags])).toEqual([
      [0, 0, 0, 0],
      [1, 60_000, 10, FrameFlag.discontinuity],
      [2, 80_000, 20, 0],
    ]);
    expect(gaps).toEqual([
      { streamId: 1, fromPtsMs: 20, toPtsMs: 60, reason: 'buffer_overflow', nextSeq: 1, nextByteOffset: 10 },
    ]);
  });

  it('never drops the header of a recording or the end of a stream', async () => {
    const { sender, frames, push } = opened(0, { maxQueuedBytes: 15 });
    void push(10, 0, FrameFlag.init);
    void push(10, 20);
    void push(10, 40);
    void push(0, 60, FrameFlag.endOfStream);
    sender.credit(1000);
    expect(frames.map(({ ptsUs, flags }) => [ptsUs, flags])).toEqual([
      [0, FrameFlag.init],
      [60_000, FrameFlag.endOfStream | FrameFlag.discontinuity],
    ]);
  });

  it('lets a caller withdraw what still waits, and tells who waits that the session is over', async () => {
    const { sender, frames, push } = opened(0);
    const stop = new AbortController();
    const withdrawn = sender.push(new Uint8Array(5), 0, { signal: stop.signal });
    const waiting = push(10, 20);
    stop.abort(new Error('changed my mind'));
    await expect(withdrawn).rejects.toThrow('changed my mind');
    sender.close(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await expect(push(1, 40)).rejects.toThrow('over');
    expect([frames.length, sender.waitingBytes]).toEqual([0, 0]);
  });

  it('refuses a time stamp that no frame can hold, and goes on', async () => {
    const { push, seqs } = opened(100);
    await expect(push(1, -5)).rejects.toThrow(RangeError);
    await push(1, 0);
    expect(seqs()).toEqual([0]);
  });

  it('tells when more waits than should, once, and when half of that is left', async () => {
    const { sender, pressure, push } = opened(0, { pressureBytes: 20 });
    for (let i = 0; i < 4; i += 1) void push(10, i * 20);
    expect(pressure).toEqual([[30, true]]);
    sender.credit(20);
    expect(pressure).toHaveLength(1);
    sender.credit(1000);
    expect(pressure).toEqual([
      [30, true],
      [10, false],
    ]);
  });

  it('declares media that its source never had, as it says so, in front of the next frame', async () => {
    const { sender, frames, gaps, push } = opened(1000);
    await push(10, 0);
    await sender.push(new Uint8Array(10), 5000, { gap: { fromPtsMs: 20, reason: 'device' } });
    expect(gaps).toEqual([
      { streamId: 1, fromPtsMs: 20, toPtsMs: 5000, reason: 'device', nextSeq: 1, nextByteOffset: 10 },
    ]);
    expect(frames.map(({ flags }) => flags)).toEqual([0, FrameFlag.discontinuity]);
  });
});
