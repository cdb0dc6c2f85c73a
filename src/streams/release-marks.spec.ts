import { ReleaseMarks } from './release-marks';

describe('ReleaseMarks', () => {
  it('remembers when each hop end was passed', () => {
    const marks = new ReleaseMarks(1000);
    marks.passed(900, 1);
    marks.passed(1000, 2);
    marks.passed(1500, 3);
    marks.passed(3100, 4);
    expect([1000, 2000, 3000].map((end) => marks.take(end, 99))).toEqual([2, 4, 4]);
    expect(marks.take(4000, 99)).toBe(99);
  });

  it('stays small while nothing is taken', () => {
    const marks = new ReleaseMarks(1000);
    for (let hop = 1; hop <= 500; hop += 1) marks.passed(hop * 1000, hop);
    marks.passed(Infinity, 501);
    expect([1000, 63_000, 500_000].map((end) => marks.take(end, 99))).toEqual([1, 63, 64]);
  });
});
