import { bytesOf } from './bytes';
import { clockOf, spokenDuration } from './durations';
import { emotionText } from './emotions';
import { percentOf } from './percent';

it.each([
  [0, '0:00', '0 seconds'],
  [61_999, '1:01', '1 minute 1 second'],
  [3_725_000, '1:02:05', '1 hour 2 minutes 5 seconds'],
  [-5, '0:00', '0 seconds'],
])('%i ms is %s', (ms, clock, spoken) => expect([clockOf(ms), spokenDuration(ms)]).toEqual([clock, spoken]));

it.each([
  [0, '0 %'],
  [0.634, '63 %'],
  [0.999, '99 %'],
  [1, '100 %'],
])('%f is %s', (share, said) => expect(percentOf(share)).toBe(said));

it.each([
  [12, '12 bytes'],
  [1500, '1.5 kB'],
  [2_340_000_000, '2.3 GB'],
])('%i is %s', (count, said) => expect(bytesOf(count)).toBe(said));

it('an emotion is never said without how sure it is, and not at all without evidence', () => {
  expect(emotionText({ label: 'anger', confidence: 0.62 })).toBe('Anger, 62 % sure');
  expect(emotionText({ label: 'anger', confidence: 0.62, abstained: 'thin_evidence' })).toBe('Not enough evidence');
  expect(emotionText(undefined)).toBe('Nothing assessed yet');
});
