import { GapLog } from './gap-log';
import { HopBuilder } from './hop-builder';
import { HopRelease } from './hop-release';
import { VOICE } from './testing/session-script';

describe('HopRelease', () => {
  const options = { hopMs: 1000, maxInFlightHops: 2, maxEmptyHops: 3 };

  function open(contentMs: number[] = []) {
    const gaps = new GapLog();
    const released: number[] = [];
    const nextContentMs = (fromMs: number) => contentMs.find((ms) => ms >= fromMs) ?? Infinity;
    const builder = new HopBuilder(1000, [{ spec: VOICE, lane: { voiceIn: () => undefined } }], []);
    const content = { nextContentMs, release: (endMs: number) => void released.push(endMs) };
    return { gaps, released, release: new HopRelease(options, builder, [content], gaps) };
  }

  it('gives one after the other as far as the watermark and the consumer allow, with the time it was passed', () => {
    const { release, released } = open();
    release.passed(1000, 7);
    expect(release.next(1999, Infinity, 8)).toMatchObject({ hopStartMs: 0, hopEndMs: 1000, releasedAtMs: 7 });
    expect(release.next(1999, Infinity, 8)).toBeUndefined();
    release.passed(3000, 9);
    const second = release.next(3000, Infinity, 50)!;
    expect(release.next(3000, Infinity, 50)).toBeUndefined();
    expect([release.settle(second), release.settle(second)]).toEqual([true, false]);
    expect(release.next(3000, Infinity, 50)).toMatchObject({ hopEndMs: 3000, releasedAtMs: 9 });
    expect(released).toEqual([1000, 2000, 3000]);
  });

  it('ends with the last content', () => {
    const { release } = open();
    expect(release.next(Infinity, 900, 0)).toMatchObject({ hopEndMs: 1000 });
    expect(release.next(Infinity, 900, 0)).toBeUndefined();
  });

  it('skips many empty hops at once, up to content or the last of them', () => {
    const { release, gaps } = open([10_500]);
    release.settle(release.next(10_000, Infinity, 0)!);
    expect(gaps.take()[0]).toMatchObject({ mediaMs: 0, detail: { reason: 'no_media', toMs: 9000 } });
    release.settle(release.next(1e9, Infinity, 0)!);
    expect(release.nextStartMs).toBe(11_000);
    expect(release.next(1e9, Infinity, 0)).toMatchObject({ hopEndMs: 1e9 });
  });
});
