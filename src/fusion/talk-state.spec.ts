import type { Party } from '@rapport-live/protocol';
import fc from 'fast-check';
import type { TimeSpan } from '../facts/stream-fact';
import { hearHop, NO_TALK_HEARD, sumsSoFar, type TalkState } from './talk-state';
import { MIN_GO_ON_MS, MIN_OVERLAP_MS } from './talk-sums';

type Spans = readonly (readonly [startMs: number, endMs: number])[];

/** Seconds of a call by the clock of a script, each with the part of the speech that falls into it. */
function call(seconds: number, parties: Partial<Record<Party, Spans>>, hopMs = 1000): TalkState {
  let state = NO_TALK_HEARD;
  for (let hopStartMs = 0; hopStartMs < seconds * 1000; hopStartMs += hopMs) {
    const hopEndMs = hopStartMs + hopMs;
    const speech = Object.entries(parties).map(([party, spans]) => ({
      party: party as Party,
      spans: spans
        .map(([from, to]): TimeSpan => ({ startMs: Math.max(from, hopStartMs), endMs: Math.min(to, hopEndMs) }))
        .filter(({ startMs, endMs }) => endMs > startMs),
    }));
    state = hearHop(state, { hopStartMs, hopEndMs, speech });
  }
  return state;
}
const sums = (seconds: number, parties: Partial<Record<Party, Spans>>) => sumsSoFar(call(seconds, parties));

describe('talk and silence', () => {
  it('adds up who spoke, over the edges of hops, and what nobody said', () => {
    expect(sums(10, { customer: [[500, 3500]], agent: [[4000, 8000]] })).toMatchObject({
      mediaMs: 10_000,
      talkMs: { customer: 3000, agent: 4000 },
      overlapMs: 0,
      silenceMs: 3000,
      longestSilenceMs: 2000,
    });
  });

  it('counts what both say for both', () => {
    expect(sums(6, { customer: [[0, 4000]], agent: [[3000, 6000]] })).toMatchObject({
      talkMs: { customer: 4000, agent: 3000 },
      overlapMs: 1000,
      silenceMs: 0,
    });
  });

  it('takes a pause below 200 ms for talk, also where hops meet, and a longer one for silence', () => {
    const paused = (pauseMs: number) =>
      sums(3, {
        customer: [
          [0, 900],
          [900 + pauseMs, 3000],
        ],
        agent: [],
      });
    expect(paused(199)).toMatchObject({ talkMs: { customer: 3000 }, silenceMs: 0 });
    expect(paused(200)).toMatchObject({ talkMs: { customer: 2800 }, silenceMs: 200 });
  });

  it('tells the state of things at any moment, and goes on from it', () => {
    const speech = {
      customer: [
        [0, 900],
        [1050, 2000],
      ],
      agent: [],
    } as const;
    expect(sumsSoFar(call(1, speech))).toMatchObject({ mediaMs: 1000, silenceMs: 100 });
    expect(sumsSoFar(call(2, speech))).toMatchObject({ mediaMs: 2000, silenceMs: 0, talkMs: { customer: 2000 } });
  });

  it('hears two streams of one party as one', () => {
    const heard = hearHop(NO_TALK_HEARD, {
      hopStartMs: 0,
      hopEndMs: 1000,
      speech: [
        { party: 'customer', spans: [{ startMs: 0, endMs: 600 }] },
        { party: 'customer', spans: [{ startMs: 400, endMs: 900 }] },
      ],
    });
    expect(sumsSoFar(heard).talkMs.customer).toBe(900);
  });

  it('takes a hop once, and knows nothing of seconds that never came', () => {
    const spoke = { speech: [{ party: 'customer', spans: [{ startMs: 0, endMs: 1000 }] }] } as const;
    const once = hearHop(NO_TALK_HEARD, { hopStartMs: 0, hopEndMs: 1000, ...spoke });
    expect(hearHop(once, { hopStartMs: 0, hopEndMs: 1000, ...spoke })).toBe(once);
    const later = hearHop(once, { hopStartMs: 5000, hopEndMs: 6000, speech: [] });
    expect(sumsSoFar(later)).toMatchObject({ mediaMs: 2000, talkMs: { customer: 1000 }, silenceMs: 1000 });
  });
});

describe('interruptions', () => {
  const overlap = MIN_OVERLAP_MS + 100;
  const goOn = MIN_GO_ON_MS + 100;
  const talk = (customer: Spans, agent: Spans) => sums(12, { customer, agent }).interruptions;

  it('counts who begins while the other speaks, makes the other stop, and goes on', () => {
    expect(talk([[0, 4000]], [[4000 - overlap, 4000 + goOn]])).toEqual({ customer: 0, agent: 1 });
    expect(talk([[4000 - overlap, 4000 + goOn]], [[0, 4000]])).toEqual({ customer: 1, agent: 0 });
  });

  it.each<[string, Spans, Spans]>([
    ['a word within the speech of the other', [[0, 8000]], [[3000, 3600]]],
    ['a try that is given up', [[0, 8000]], [[3000, 7900]]],
    ['turns that meet', [[0, 4000]], [[4000, 8000]]],
    ['turns that overlap by less than the bound', [[0, 4000]], [[4000 - MIN_OVERLAP_MS + 1, 8000]]],
    ['a word that outlasts the other by little', [[0, 4000]], [[3500, 4000 + MIN_GO_ON_MS - 1]]],
    ['two who begin at once', [[0, 4000]], [[0, 8000]]],
    ['an answer after a pause', [[0, 4000]], [[4300, 8000]]],
  ])('does not count %s', (_what, customer, agent) => {
    expect(talk(customer, agent)).toEqual({ customer: 0, agent: 0 });
  });

  it('counts once what takes two breaths of the other, and each that follows', () => {
    const twice: Spans = [
      [0, 3000],
      [3250, 4000],
    ];
    expect(talk(twice, [[2000, 6000]])).toEqual({ customer: 0, agent: 1 });
    expect(
      talk(
        [
          [0, 3000],
          [5000, 9000],
        ],
        [
          [2000, 6000],
          [8000, 11_000],
        ],
      ),
    ).toEqual({ customer: 1, agent: 2 });
  });

  it('follows a call of two people who talk at once, by the second', () => {
    const customer: Spans = [
      [200, 3400],
      [6100, 9800],
    ];
    const agent: Spans = [[2900, 6600]];
    const bySecond = Array.from({ length: 10 }, (_, i) => sumsSoFar(call(i + 1, { customer, agent })).interruptions);
    // both go on for 500 ms alone: the agent by 3.9 s, the customer by 7.1 s
    expect(bySecond.map((one) => `${one.agent}${one.customer}`)).toEqual([
      ...['00', '00', '00', '10', '10', '10', '10', '11', '11', '11'],
    ]);
  });
});

const anySpans = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1500 }), fc.integer({ min: 30, max: 3000 })), { maxLength: 12 })
  .map((steps) => {
    let at = 0;
    return steps.map(([pause, length]): [number, number] => {
      const start = at + pause;
      at = start + length;
      return [start, at];
    });
  });

describe('whatever is said', () => {
  it('gives the same figures however the time is cut, in a state of bounded size that travels as JSON', () => {
    fc.assert(
      fc.property(anySpans, anySpans, (customer, agent) => {
        const state = call(20, { customer, agent });
        const whole = sumsSoFar(state);
        expect(sumsSoFar(call(20, { customer, agent }, 20_000))).toEqual(whole);
        expect(sumsSoFar(call(20, { customer, agent }, 500))).toEqual(whole);
        const { talkMs, overlapMs, silenceMs, mediaMs } = whole;
        expect(talkMs.customer + talkMs.agent - overlapMs + silenceMs).toBeCloseTo(mediaMs, 6);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
        expect(JSON.stringify(state).length).toBeLessThan(1000);
      }),
    );
  });
});
