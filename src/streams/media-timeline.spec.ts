import { MediaTimeline } from './media-timeline';

function stretches(timeline: MediaTimeline, start: number, end: number, from: number, to: number): number[][] {
  const out: number[][] = [];
  timeline.within(start, end, from, to, (...stretch) => out.push(stretch));
  return out;
}

describe('MediaTimeline', () => {
  const timeline = new MediaTimeline();
  timeline.anchor(0, 100, false);
  timeline.anchor(50, 200, false);
  timeline.anchor(80, 190, true);

  it('knows the time of a sample; of a boundary, the later side', () => {
    expect([0, 49, 50, 79, 80, 90].map((at) => timeline.mediaAt(at))).toEqual([100, 149, 200, 229, 190, 200]);
    expect(new MediaTimeline().mediaAt(0)).toBeUndefined();
  });

  it('finds the samples of a stretch of time in order of arrival', () => {
    expect(stretches(timeline, 140, 205, 0, 100)).toEqual([
      [40, 10, 140],
      [50, 5, 200],
      [80, 15, 190],
    ]);
    expect(stretches(timeline, 140, 205, 52, 90)).toEqual([
      [52, 3, 202],
      [80, 10, 190],
    ]);
    expect(stretches(timeline, 150, 190, 0, 100)).toEqual([]);
  });

  it('finds the first sample that is not out', () => {
    expect(timeline.firstAtOrAfter(120, 0, 100)).toBe(20);
    expect(timeline.firstAtOrAfter(160, 0, 100)).toBe(50);
    expect(timeline.firstAtOrAfter(195, 80, 100)).toBe(85);
    expect(timeline.firstAtOrAfter(500, 0, 100)).toBe(100);
  });

  it('knows hard starts', () => {
    expect([timeline.nextHardStart(0), timeline.nextHardStart(80)]).toEqual([80, Infinity]);
    expect([50, 80].map((at) => timeline.startsHard(at))).toEqual([false, true]);
  });

  it('knows how far samples follow each other', () => {
    expect([0, 49, 50, 80].map((at) => timeline.nextStart(at))).toEqual([50, 50, 80, Infinity]);
  });

  it('forgets what is below', () => {
    timeline.prune(79);
    expect(timeline.segmentCount).toBe(2);
    expect(timeline.mediaAt(60)).toBe(210);
    timeline.anchor(80, 300, false);
    expect(timeline.segmentCount).toBe(2);
    expect(timeline.startsHard(80)).toBe(true);
  });
});
