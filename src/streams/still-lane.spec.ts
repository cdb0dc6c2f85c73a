import type { DropReason } from './lane';
import { StillLane } from './still-lane';
import { streamOptions } from './stream-options';
import { VIDEO, still } from './testing/session-script';
import { laneHost } from './testing/lane-host';

describe('StillLane', () => {
  const drops: DropReason[] = [];
  const host = laneHost((reason) => drops.push(reason));
  const open = (overrides = {}) => new StillLane(VIDEO, streamOptions(overrides), host);
  const ptsOf = (lane: StillLane, startMs: number) => lane.stillsIn(startMs, startMs + 1000).map((x) => x.ptsMs);
  beforeEach(() => drops.splice(0));

  it('orders by time, counts bytes, and lets them go with their hop', () => {
    const lane = open();
    for (const ptsMs of [1700, 200, 1200]) lane.accept(ptsMs, still());
    const size = still().length;
    expect([ptsOf(lane, 0), ptsOf(lane, 1000)]).toEqual([[200], [1200, 1700]]);
    expect([lane.heldBytes, lane.mediaMs, lane.nextContentMs(201)]).toEqual([3 * size, 1700, 1200]);
    lane.release(1000);
    expect([lane.heldBytes, lane.nextContentMs(0)]).toEqual([2 * size, 1200]);
    lane.accept(999, still());
    expect(drops).toEqual(['late']);
  });

  it('thins the hop that is too full, and no other', () => {
    const lane = open({ maxStillsPerHop: 3 });
    for (const ptsMs of [100, 1000, 1300, 1350, 1900]) lane.accept(ptsMs, still());
    expect([ptsOf(lane, 0), ptsOf(lane, 1000)]).toEqual([[100], [1300, 1350, 1900]]);
    expect(drops).toEqual(['still_rate']);
  });

  it('holds a bounded number', () => {
    const lane = open({ maxPendingStills: 2 });
    for (const ptsMs of [0, 5000, 10_000]) lane.accept(ptsMs, still());
    expect(lane.heldBytes).toBe(2 * still().length);
    expect(drops).toEqual(['still_backlog']);
  });

  it('checks the declared type, then the limits, by the first bytes alone', () => {
    const png = new StillLane({ ...VIDEO, codec: 'png' }, streamOptions(), host);
    expect(png.check(still())).toEqual({
      ok: false,
      code: 'payload_invalid',
      message: 'customer-video-3: the stream declared PNG, this payload is a JPEG.',
    });
    expect(open().check(still(7680, 4320))).toMatchObject({ code: 'media_too_large' });
    expect(open().check(still(3840, 2160))).toBeUndefined();
  });
});
