import fc from 'fast-check';
import { Pauses } from './pauses';

describe('pauses', () => {
  it('cover from their beginning to their end, which is outside', () => {
    const pauses = new Pauses();
    expect(pauses.begin(5000)).toBe(true);
    expect([4999, 5000, 1e9].map((ms) => pauses.covers(ms))).toEqual([false, true, true]);
    expect(pauses.end(8000)).toEqual({ startMs: 5000, endMs: 8000 });
    expect([4999, 5000, 7999, 8000].map((ms) => pauses.covers(ms))).toEqual([false, true, true, false]);
  });

  it('are the same when they are said again, in whatever state', () => {
    const pauses = new Pauses();
    pauses.begin(5000);
    expect([pauses.begin(5000), pauses.begin(6000)]).toEqual([false, false]);
    pauses.end(8000);
    expect([pauses.begin(5000), pauses.begin(7000), pauses.end(8000)]).toEqual([false, false, 'none']);
    expect(pauses.begin(9000)).toBe(true);
    // the end of the first again ends nothing
    expect(pauses.end(8000)).toBe('none');
    expect(pauses.openFromMs).toBe(9000);
  });

  // The second was taken for the first, sent again, and what was private was heard; or the first's end ended the second.
  it('that begin where another ended, or ended where they began, are others', () => {
    const pauses = new Pauses();
    pauses.begin(5000);
    pauses.end(8000);
    expect(pauses.begin(8000)).toBe(true);
    expect(pauses.end(8000)).toBe('none');
    expect(pauses.covers(8000)).toBe(true);
    pauses.end(9000);
    const short = new Pauses();
    // Each in full, or all of it again: what was said last holds.
    for (let again = 0; again < 2; again += 1) {
      expect([short.begin(5000), short.end(5000)]).toEqual([true, { startMs: 5000, endMs: 5000 }]);
    }
    short.begin(5000);
    for (const say of ['begin', 'end', 'begin'] as const) short[say](5000);
    expect(short.covers(5000)).toBe(true);
  });

  it('begin earlier when told so, and do not end before they begin', () => {
    const pauses = new Pauses();
    pauses.begin(5000);
    expect(pauses.begin(4000)).toBe(true);
    expect(pauses.covers(4500)).toBe(true);
    expect(pauses.end(3000)).toBe('too_early');
    expect(pauses.end(4000)).toEqual({ startMs: 4000, endMs: 4000 });
    expect(pauses.covers(4000)).toBe(false);
  });

  it('leave what lies outside them', () => {
    const pauses = new Pauses();
    pauses.begin(1000);
    pauses.end(2000);
    pauses.begin(3000);
    expect(pauses.firstOutside(500, 1500)).toEqual({ startMs: 500, endMs: 1000 });
    expect(pauses.firstOutside(1500, 2500)).toEqual({ startMs: 2000, endMs: 2500 });
    expect(pauses.firstOutside(1200, 1800)).toBeUndefined();
    expect(pauses.within(500, 3500)).toEqual([
      { startMs: 1000, endMs: 2000 },
      { startMs: 3000, endMs: 3500 },
    ]);
  });

  it('never give up a moment that was paused, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(50), fc.integer({ min: 1, max: 50 })), { maxLength: 100 }), (steps) => {
        const pauses = new Pauses();
        const spans: [number, number][] = [];
        let at = 0;
        for (const [gap, length] of steps) {
          pauses.begin(at + gap);
          pauses.end(at + gap + length);
          spans.push([at + gap, at + gap + length]);
          at += gap + length;
        }
        for (const [from, to] of spans) expect(pauses.covers(from) && pauses.covers(to - 1)).toBe(true);
      }),
    );
  });
});
