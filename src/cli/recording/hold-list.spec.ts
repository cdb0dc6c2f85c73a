import { Refusal } from '../refusal';
import { readHolds } from './hold-list';

describe('--holds', () => {
  it('is read as the words of each hold, in order', () => {
    expect(readHolds('12-45, 100.5-130').map((cue) => [cue.ptsMs, cue.kind === 'participant' && cue.action])).toEqual([
      [12_000, 'hold'],
      [45_000, 'unhold'],
      [100_500, 'hold'],
      [130_000, 'unhold'],
    ]);
  });

  it.each(['', '5', '5-5', '9-5', '5-9,8-12', 'a-b', '-1-5', '1-2;3-4', '0-Infinity'])('refuses "%s"', (text) => {
    expect(() => readHolds(text)).toThrow(Refusal);
  });

  it('takes a bounded number of them', () => {
    const spans = Array.from({ length: 101 }, (_, i) => `${2 * i}-${2 * i + 1}`);
    expect(readHolds(spans.slice(1).join()).length).toBe(200);
    expect(() => readHolds(spans.join())).toThrow('100 are taken');
  });
});
