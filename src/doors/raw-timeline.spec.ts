import { RawTimeline } from './raw-timeline';

describe('the time of sound that comes without any', () => {
  it('goes by samples, however late or bunched the pieces come', () => {
    const timeline = new RawTimeline();
    const arrivals = [20, 41, 900, 905, 910, 915, 920]; // a network that stood still for most of a second
    expect(arrivals.map((nowMs) => timeline.place(nowMs, 20))).toEqual([0, 20, 40, 60, 80, 100, 120]);
  });

  it('begins where the first piece began, and anew behind a pause of its sender', () => {
    const timeline = new RawTimeline();
    expect(timeline.place(500, 20)).toBe(480);
    expect(timeline.place(1500, 20)).toBe(500);
    expect(timeline.place(2501, 20)).toBe(2481);
  });

  it('never goes back', () => {
    const timeline = new RawTimeline();
    timeline.place(20, 5000); // ahead of the clock
    expect(timeline.place(2000, 20)).toBe(5000);
  });
});
