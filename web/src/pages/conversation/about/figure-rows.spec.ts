import { figureRows } from './figure-rows';

it('figures are told, and what is not known is not', () => {
  expect(
    figureRows({
      ...{ mediaMs: 10_000, overlapMs: 500, silenceMs: 2000, silenceShare: 0.2, longestSilenceMs: 1500 },
      customer: { talkMs: 4000, talkShare: 0.5, interruptions: 1, wordsPerMinute: 150 },
      agent: { talkMs: 4000, talkShare: 0.5, interruptions: 0 },
      holds: { count: 1, totalMs: 16_000, longestMs: 16_000 },
    }),
  ).toEqual([
    ['Customer speaks', '4.0 s (50 %)'],
    ['Customer interrupts', '1 time'],
    ['Customer, words a minute', '150'],
    ['Agent speaks', '4.0 s (50 %)'],
    ['Agent interrupts', '0 times'],
    ['Both at once', '0.5 s'],
    ['Nobody speaks', '2.0 s (20 %)'],
    ['Longest silence', '1.5 s'],
    ['On hold', '1 time, 16.0 s'],
  ]);
  expect(figureRows({ mediaMs: 0, holds: 'not_supported', absentReason: 'no_voice' })).toEqual([
    ['Not compared', 'there is no voice'],
  ]);
});
