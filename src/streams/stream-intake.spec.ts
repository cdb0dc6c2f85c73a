import type { DropReason, Lane } from './lane';
import { refuse } from './lane';
import { StreamIntake } from './stream-intake';
import { VOICE } from './testing/session-script';
import { laneHost } from './testing/lane-host';

/** A lane that writes down what it gets, and holds every byte until told to let go. */
class NotingLane implements Lane {
  mediaMs = 0;
  endMs = 0;
  pending = false;
  heldBytes = 0;
  deadlineMs = Infinity;
  needFromMs = Infinity;
  readonly seen: string[] = [];
  check = (bytes: Uint8Array) => (bytes[0] === 0xff ? refuse('payload_invalid', 'scripted') : undefined);
  accept(ptsMs: number, bytes: Uint8Array): void {
    this.heldBytes += bytes.length;
    this.seen.push(`${ptsMs}:${[...bytes].join()}`);
  }
  lost = () => void this.seen.push('lost');
  pause = () => void this.seen.push('pause');
  end = () => void this.seen.push('end');
  pump(): void {}
  nextContentMs = () => Infinity;
  release(): void {}
  goOn(): void {}
  dispose(): void {}
}

describe('StreamIntake', () => {
  const limits = {
    maxReorderFrames: 4,
    creditBytes: 16,
    creditStepBytes: 4,
    idleAfterMs: 1000,
    maxFrameMarks: 100,
    resyncMs: 0,
  };
  let lane: NotingLane;
  let drops: DropReason[];
  let intake: StreamIntake;

  beforeEach(() => {
    lane = new NotingLane();
    drops = [];
    const host = laneHost((reason) => drops.push(reason));
    intake = new StreamIntake(VOICE, lane, limits, host, 0);
  });

  const offer = (seq: number, byteOffset: number, bytes: number[], more = {}) =>
    intake.offer(
      {
        streamId: 1,
        seq,
        ptsMs: seq,
        byteOffset,
        endOfStream: false,
        init: false,
        discontinuity: false,
        ...more,
        bytes: Uint8Array.from(bytes),
      },
      0,
      1e6,
    );

  it('delivers in order, the end of stream too', () => {
    offer(2, 3, [3], { endOfStream: true });
    offer(1, 1, [1, 2]);
    expect(lane.seen).toEqual([]);
    expect(offer(0, 0, [0])).toEqual({ ok: true });
    expect(lane.seen).toEqual(['0:0', '1:1,2', '2:3', 'end']);
    expect(offer(3, 4, [4])).toMatchObject({ code: 'stream_ended' });
    expect(intake.left).toBe(true);
  });

  it('ignores what is sent again behind its end, and refuses what is not marked so', () => {
    offer(0, 0, [0]);
    offer(1, 1, [1], { endOfStream: true });
    expect(offer(1, 1, [1], { endOfStream: true, retransmit: true })).toEqual({ ok: true });
    expect(offer(0, 0, [0], { retransmit: true })).toEqual({ ok: true });
    expect(offer(0, 0, [0])).toMatchObject({ code: 'stream_ended' });
    expect([lane.seen, drops]).toEqual([['0:0', '1:1', 'end'], []]);
  });

  it('counts what it refuses, also while it is held', () => {
    expect(offer(1, 1, [0xff])).toMatchObject({ code: 'payload_invalid' });
    offer(0, 0, [0]);
    offer(2, 2, [2]);
    expect(lane.seen).toEqual(['0:0', '2:2']);
    expect(drops).toEqual(['payload_invalid']);
  });

  it('finds a held frame that does not fit when its turn comes', () => {
    offer(1, 5, [1]);
    expect(offer(0, 0, [0])).toMatchObject({ code: 'frame_out_of_order' });
  });

  it('grants in steps what the lane has let go, and a refused byte at once', () => {
    offer(0, 0, [0, 0, 0, 0, 0, 0]);
    expect(intake.grant(0)).toBeUndefined();
    lane.heldBytes = 3;
    expect(intake.grant(0)).toBeUndefined();
    lane.heldBytes = 0;
    expect(intake.grant(0)).toBe(22);
    offer(1, 6, [0xff, 0, 0, 0]);
    expect(intake.grant(0)).toBe(26);
    expect(offer(2, 10, new Array(17).fill(0))).toMatchObject({ code: 'credit_exceeded' });
  });

  it('is not idle without credit for another frame, nor with work or a hole', () => {
    expect([intake.isIdle(999), intake.isIdle(1000)]).toEqual([false, true]);
    lane.pending = true;
    expect(intake.isIdle(1000)).toBe(false);
    lane.pending = false;
    offer(0, 0, [0, 0, 0, 0, 0]);
    offer(1, 5, [0, 0, 0, 0, 0]);
    expect(intake.isIdle(1000)).toBe(true);
    offer(2, 10, [0, 0, 0, 0]);
    expect(intake.isIdle(1000)).toBe(false);
    lane.heldBytes = 0;
    intake.grant(500);
    expect([intake.isIdle(1499), intake.isIdle(1500)]).toEqual([false, true]); // from the credit on
    offer(4, 15, [0]);
    expect(intake.isIdle(1500)).toBe(false);
    intake.pump(1500, 1500);
    expect(lane.seen.slice(-2)).toEqual(['lost', '4:0']);
    expect(intake.isIdle(1500)).toBe(true);
    expect(drops).toEqual(['lost_frame']);
  });
});
