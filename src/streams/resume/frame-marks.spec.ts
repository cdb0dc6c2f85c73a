import fc from 'fast-check';
import { FrameMarks } from './frame-marks';

const marks = (max = 100, frames = 10) => {
  const all = new FrameMarks(max);
  for (let seq = 0; seq < frames; seq += 1) all.add({ seq, byteOffset: seq * 640, startMs: seq * 20 });
  return all;
};

describe('FrameMarks', () => {
  it('names the frame that holds a time, and forgets those before it', () => {
    const all = marks();
    expect(all.neededFrom(-100)).toMatchObject({ seq: 0 });
    expect(all.neededFrom(39)).toMatchObject({ seq: 1 });
    expect(all.neededFrom(40)).toEqual({ seq: 2, byteOffset: 1280, startMs: 40 });
    expect(all.neededFrom(0)).toMatchObject({ seq: 2 });
    expect(all.neededFrom(10_000)).toMatchObject({ seq: 9 }); // nobody knows where it ends
    expect(new FrameMarks(2).neededFrom(0)).toBeUndefined();
  });

  it('never passes over a frame that is needed, whatever it must forget and whatever the time stamps', () => {
    const frames = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(frames, fc.integer({ min: 2, max: 70 }), fc.integer({ min: 0, max: 2000 }), (starts, max, needMs) => {
        const all = new FrameMarks(max);
        starts.forEach((startMs, seq) => all.add({ seq, byteOffset: seq, startMs }));
        const { seq } = all.neededFrom(needMs)!;
        // each frame that was passed over ended by then: the one behind it had begun
        for (let passed = 0; passed < seq; passed += 1) {
          expect(starts.slice(passed + 1, seq + 1).some((startMs) => startMs <= needMs)).toBe(true);
        }
      }),
    );
  });
});
