import fc from 'fast-check';
import type { AlertEvent } from './alert-event';
import { type AlertState, NO_ALERTS } from './alert-state';
import { compileRule, rulesOfTeam } from './compiled-rule';
import { DEFAULT_RULES } from './default-rules';
import { assessed, inOrder, inShort, ruleOf, seconds, told, words } from './testing/told-alerts';

const ANGER = { label: 'anger', atLeast: 0.6, clearBelow: 0.4, forMs: 3000 } as const;

describe('an emotion', () => {
  it('is told once it has lasted, worse, and over only when it is well below', () => {
    const course = [0.7, 0.1, 0.7, 0.7, 0.7, 0.5, 0.5, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.95, 0.3, 0.3];
    const events = seconds(course.length, (second) => ({ assessed: assessed(course[second - 1]!) }));
    const { results } = told(events, [ruleOf({ emotion: ANGER })]);
    expect(inShort(results)).toEqual(['raised 5000', 'updated 15000', 'cleared 16000 over']);
    expect(results[0]).toEqual({
      type: 'rapport.alert.raised',
      naturalKey: ['rule', 5000, 0],
      data: {
        ...{ ruleId: 'rule', step: 'raised', revision: 0, onsetWindowEndMs: 5000, windowEndMs: 5000 },
        ...{ severity: 'warning', name: 'A rule', detail: {} },
        evidence: [{ condition: 'emotion', of: 'anger', value: 0.7, threshold: 0.6, sinceMs: 3000 }],
      },
    });
    expect(results.map(({ naturalKey }) => naturalKey)).toEqual([
      ['rule', 5000, 0],
      ['rule', 5000, 1],
      ['rule', 5000, 2],
    ]);
  });

  it('that thin evidence shows, or music on hold, raises nothing, whatever the rule', () => {
    const doubts = [{ abstained: 'thin_evidence' as const }, { degraded: ['hold'] }];
    const rules = [
      ruleOf({ emotion: { ...ANGER, forMs: 0 } }),
      ruleOf({ valence: { atMost: -0.1, forMs: 0 } }, { id: 'valence' }),
      ruleOf({ arousal: { atLeast: 0.1, forMs: 0 } }, { id: 'arousal' }),
      ruleOf({ trend: { of: 'anger', riseBy: 0.05, overMs: 10_000 } }, { id: 'trend' }),
      ruleOf({ escalationRisk: { atLeast: 0.05, forMs: 0 } }, { id: 'risk' }),
      ruleOf({ not: { emotion: { label: 'joy', atLeast: 0.5, forMs: 0 } } }, { id: 'no-joy' }),
    ];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1))), (course) => {
        const at = (second: number) => {
          const [anger, doubt] = course[second - 1]!;
          return { assessed: assessed(anger, doubts[doubt]) };
        };
        expect(told(seconds(course.length, at), rules).results).toEqual([]);
      }),
    );
  });

  it('holds over a window that could not be judged, and is over when nothing was for long', () => {
    const events = seconds(30, (second) =>
      second <= 4 ? { assessed: second === 2 ? assessed(0.9, { abstained: 'low_confidence' }) : assessed(0.9) } : {},
    );
    expect(inShort(told(events, [ruleOf({ emotion: ANGER })]).results)).toEqual(['raised 4000', 'cleared 15000 over']);
  });
});

it('valence and arousal are held against either bound, and come back over the other before they are over', () => {
  const course = [0.2, 0.9, 0.9, 0.9, 0.6, 0.9, 0.2, 0.2];
  const events = seconds(course.length, (second) => ({ assessed: assessed(course[second - 1]!) }));
  const low = ruleOf({ valence: { atMost: -0.4, forMs: 2000 } });
  const high = ruleOf({ arousal: { atLeast: 0.4, clearAt: 0.35, forMs: 0 } });
  // -0.3 is within 0.15 of the bound; 0.3 is below where it says that it is over
  expect(inShort(told(events, [low]).results)).toEqual(['raised 3000', 'cleared 7000 over']);
  expect(inShort(told(events, [high]).results)).toEqual([
    ...['raised 2000', 'cleared 5000 over', 'raised 6000', 'cleared 7000 over'],
  ]);
});

it('a bound near the end of its range has a way back too (found in review: 0.15 below it was nowhere, and the alert stayed)', () => {
  const course = [0.2, 0.06, 0.04, 0];
  const events = seconds(course.length, (second) => {
    const value = course[second - 1]!;
    const intents = value === 0 ? [] : [{ name: 'cancel_order', score: value, sources: ['1'], lastMs: 0 }];
    return {
      assessed: assessed(value, { intents }),
      talk: { talkShare: { customer: value / 10, agent: 1 } },
    };
  });
  const rules = [
    ruleOf({ emotion: { label: 'anger', atLeast: 0.1, forMs: 0 } }, { id: 'anger' }),
    ruleOf({ intent: { name: 'cancel_order', atLeast: 0.1, forMs: 0 } }, { id: 'intent' }),
    ruleOf({ talkShare: { of: 'customer', atLeast: 0.01, afterMs: 1000 } }, { id: 'share' }),
  ];
  const { results } = told(events, rules);
  for (const { id } of rules) {
    const steps = inShort(results.filter(({ data }) => data.ruleId === id));
    expect([id, steps]).toEqual([id, ['raised 1000', 'cleared 3000 over']]);
  }
});

it('a valence that falls is told as worse, one that comes back is not (found in review: no valence was)', () => {
  const course = [0.7, 0.7, 0.95, 0.95, 0.6];
  const events = seconds(60, (second) => ({ assessed: assessed(course[Math.floor((second - 1) / 12)]!) }));
  const low = ruleOf({ valence: { atMost: -0.34, forMs: 0 } });
  const calm = ruleOf({ arousal: { atMost: 0.48, forMs: 0 } });
  expect(inShort(told(events, [low]).results)).toEqual(['raised 1000', 'updated 25000']);
  // arousal goes up from 0.35 to 0.475: that is no worse where it was too low
  expect(inShort(told(events, [calm]).results)).toEqual(['raised 1000']);
});

it('an alert is over once it was not so for a while, and not raised again before another', () => {
  const course = [0.9, 0.1, 0.9, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9];
  const events = seconds(course.length, (second) => ({ assessed: assessed(course[second - 1]!) }));
  const when = { emotion: { ...ANGER, forMs: 0 } };
  const results = (more: object) => inShort(told(events, [ruleOf(when, more)]).results);
  expect(results({ clearAfterMs: 2000 })).toEqual(['raised 1000', 'cleared 6000 over', 'raised 7000']);
  expect(results({ clearAfterMs: 2000, cooldownMs: 3000 })).toEqual([
    'raised 1000',
    'cleared 6000 over',
    'raised 9000',
  ]);
});

it('a trend is one of a fitted line over a span that is covered', () => {
  const rises = seconds(40, (second) => ({
    assessed: assessed(second < 20 ? 0.1 : Math.min(0.9, (second - 19) / 10)),
  }));
  const rule = ruleOf({ trend: { of: 'anger', riseBy: 0.5, overMs: 20_000 } });
  const { results } = told(rises, [rule]);
  expect(inShort(results)[0]).toMatch(/^raised 2[2-9]000$/);
  expect(results[0]!.data.evidence![0]).toMatchObject({ condition: 'trend', of: 'anger', threshold: 0.5 });
  const falls = seconds(40, (second) => ({
    assessed: assessed(second < 20 ? 0.9 : Math.max(0.1, 0.9 - (second - 19) / 10)),
  }));
  const fall = ruleOf({ trend: { of: 'anger', fallBy: 0.5, overMs: 20_000 } });
  expect(inShort(told(falls, [fall]).results)[0]).toMatch(/^raised 2[2-9]000$/);
  expect(told(rises, [fall]).results).toEqual([]);
  const odd = seconds(40, (second) => ({ assessed: assessed(second === 30 ? 0.9 : 0.1) }));
  expect(told(odd, [rule]).results).toEqual([]);
});

describe('words', () => {
  it('count when the right speaker says them, in order, as whole words', () => {
    const rule = ruleOf({ said: { by: 'customer', anyOf: ['my lawyer', 'cancel*'], keepMs: 5000 } });
    const events = inOrder([
      ...seconds(20, () => ({})),
      words('agent', 1000, 'Is that my lawyer?'),
      words('customer', 3000, 'My best lawyer'),
      words('customer', 8000, 'I am CANCELLING this.'),
    ]);
    const { results } = told(events, [rule]);
    expect(inShort(results)).toEqual(['raised 9000', 'cleared 15000 over']);
    expect(results[0]!.data.evidence).toEqual([
      { condition: 'said', of: 'customer', sinceMs: 9000, utteranceId: 'customer-8000', phrase: 'cancel*' },
    ]);
  });

  it('that were due and did not come are told once those on the way have had time, and over when they come', () => {
    const rule = ruleOf({ notSaid: { by: 'agent', anyOf: ['is recorded'], withinMs: 20_000 } });
    const late = inOrder([
      ...seconds(50, () => ({})),
      words('agent', 2000, 'Good morning'),
      words('agent', 40_000, 'This call is recorded.'),
    ]);
    expect(inShort(told(late, [rule]).results)).toEqual(['raised 30000', 'cleared 41000 over']);
    const inTime = inOrder([...seconds(50, () => ({})), words('agent', 19_000, 'The call is recorded')]);
    expect(told(inTime, [rule]).results).toEqual([]);
    // of an agent who is not transcribed nothing is known
    const unheard = inOrder([...seconds(50, () => ({})), words('customer', 2000, 'Hello?')]);
    expect(told(unheard, [rule]).results).toEqual([]);
  });

  it('may be asked for after others', () => {
    const after = { by: 'customer' as const, anyOf: ['card number'] };
    const due = ruleOf({ notSaid: { by: 'agent', anyOf: ['do not read'], withinMs: 5000, after } });
    const soon = ruleOf(
      { said: { by: 'agent', anyOf: ['go ahead'], withinMs: 5000, after, keepMs: 60_000 } },
      { id: 'soon' },
    );
    const events = inOrder([
      ...seconds(60, () => ({})),
      words('agent', 1000, 'Go ahead'),
      words('customer', 10_000, 'Shall I say my card number?'),
      words('agent', 12_000, 'Go ahead.'),
    ]);
    const { results } = told(events, [due, soon]);
    expect(results.map(({ data }) => [data.ruleId, data.step, data.windowEndMs])).toEqual([
      ['soon', 'raised', 13_000],
      ['rule', 'raised', 25_000],
    ]);
  });

  it('count whichever of question and answer is transcribed first (found in review: an answer ahead of it did not)', () => {
    const after = { by: 'customer' as const, anyOf: ['card number'] };
    const rules = [
      ruleOf({ notSaid: { by: 'agent', anyOf: ['do not read'], withinMs: 5000, after } }, { id: 'due' }),
      ruleOf({ said: { by: 'agent', anyOf: ['do not read'], withinMs: 5000, after, keepMs: 9000 } }, { id: 'said' }),
    ];
    const asked = words('customer', 10_000, 'Shall I say my card number?');
    const answered = words('agent', 13_000, 'Please do not read it out.');
    const again = words('customer', 20_000, 'My card number is what you need?');
    const at = (texts: readonly AlertEvent[], more: readonly AlertEvent[] = []) => {
      const ticks = seconds(50, () => ({}));
      const events = [...ticks.slice(0, 15), ...texts, ...ticks.slice(15, 22), ...more, ...ticks.slice(22)];
      return told(events, rules).results.map(({ data }) => [data.ruleId, data.step, data.windowEndMs].join(' '));
    };
    const once = ['said raised 16000', 'said cleared 24000'];
    expect(at([asked, answered])).toEqual(once);
    expect(at([answered, asked])).toEqual(once);
    // asked again, it must be said again; what was said stays said for its time
    expect(at([answered, asked], [again])).toEqual([...once, 'due raised 35000']);
    // one that was asked before what was answered comes last of all
    expect(at([asked, answered], [words('customer', 9000, 'My card number?')])).toEqual(once);
  });

  it('may have to be said by a time', () => {
    const rule = ruleOf({ said: { by: 'agent', anyOf: ['hello'], withinMs: 5000, keepMs: 60_000 } });
    const at = (ms: number) => inOrder([...seconds(20, () => ({})), words('agent', ms, 'Hello there')]);
    expect(inShort(told(at(4000), [rule]).results)).toEqual(['raised 5000']);
    expect(told(at(6000), [rule]).results).toEqual([]);
  });

  it('of the last moment are judged at the end, where every alert is over', () => {
    const rule = ruleOf({ said: { by: 'customer', anyOf: ['goodbye for good'], keepMs: 60_000 } });
    const events = [...seconds(3, () => ({})), words('customer', 3000, 'Goodbye for good')];
    const end = (isJudged: boolean): AlertEvent => ({ kind: 'end', isJudged });
    expect(inShort(told([...events, end(true)], [rule]).results)).toEqual([
      'raised 3000',
      'cleared 3000 session_ended',
    ]);
    expect(told([...events, end(false)], [rule]).results).toEqual([]);
  });
});

describe('the talk', () => {
  it('that goes on to the end ends with the session, and is not called over', () => {
    const events = seconds(20, (second) => ({ talk: { silentForMs: second * 1000 } }));
    const rule = ruleOf({ silence: { forMs: 10_000 } });
    const { results } = told([...events, { kind: 'end', isJudged: true }], [rule]);
    expect(inShort(results)).toEqual(['raised 10000', 'cleared 20000 session_ended']);
  });

  it('silence is told while it lasts, never of a hold, never where one party alone is heard', () => {
    const silent = (onHold: boolean, both = true) =>
      seconds(30, (second) => ({
        talk: { onHold, silentForMs: both ? (second < 25 ? second * 1000 : 0) : undefined },
      }));
    const rule = ruleOf({ silence: { forMs: 10_000 } });
    const { results } = told(silent(false), [rule]);
    expect(inShort(results)).toEqual(['raised 10000', 'cleared 25000 over']);
    expect(results[0]!.data.evidence).toEqual([{ condition: 'silence', value: 10_000, threshold: 10_000, sinceMs: 0 }]);
    expect(told(silent(true), [rule]).results).toEqual([]);
    expect(told(silent(false, false), [rule]).results).toEqual([]);
  });

  it('interruptions are counted within a time, a share once enough was heard', () => {
    const interrupting = seconds(40, (second) => ({
      talk: {
        interruptions: { customer: 0, agent: second < 5 ? 0 : second < 10 ? 1 : 3 },
        talkShare: { customer: 0.1, agent: 0.9 },
      },
    }));
    const rules = [
      ruleOf({ interruptions: { by: 'agent', atLeast: 3, withinMs: 20_000 } }),
      ruleOf({ talkShare: { of: 'agent', atLeast: 0.8, afterMs: 30_000 } }, { id: 'share' }),
    ];
    const { results } = told(interrupting, rules);
    expect(results.map(({ data }) => [data.ruleId, ...inShort([{ data } as never])])).toEqual([
      ['rule', 'raised 10000'],
      ['rule', 'cleared 25000 over'],
      ['share', 'raised 30000'],
    ]);
  });
});

it('a share of the talk has either bound, and is over once it is well on the other side', () => {
  const course = [0.5, 0.19, 0.23, 0.26, 0.19];
  const events = seconds(course.length, (second) => {
    const customer = course[second - 1]!;
    return { talk: { talkShare: { customer, agent: 1 - customer } } };
  });
  const [quiet, loud] = [
    ruleOf({ talkShare: { of: 'customer', atMost: 0.2, afterMs: 1000 } }),
    ruleOf({ talkShare: { of: 'agent', atLeast: 0.8, afterMs: 1000 } }),
  ];
  for (const rule of [quiet, loud]) {
    expect(inShort(told(events, [rule]).results)).toEqual(['raised 2000', 'cleared 4000 over', 'raised 5000']);
  }
});

it('an intent is told by its score, also where the emotion is not', () => {
  const cancel = { name: 'cancel_order', score: 0.8, sources: ['1'], lastMs: 0 };
  const events = seconds(10, (second) => ({
    assessed: assessed(0, { abstained: 'thin_evidence', intents: second < 4 ? [] : [cancel] }),
  }));
  const { results } = told(events, [ruleOf({ intent: { name: 'cancel_order', atLeast: 0.6, forMs: 2000 } })]);
  expect(inShort(results)).toEqual(['raised 5000']);
});

it('the risk of escalation grows with level, rise, intent and interruptions, and needs half a minute to be told from', () => {
  const calm = seconds(60, () => ({ assessed: assessed(0.1) }));
  const complaint = { name: 'complaint', score: 1, sources: ['1'], lastMs: 0 };
  const tense = seconds(60, (second) => ({
    assessed: assessed(Math.min(0.9, second / 40), { intents: [complaint] }),
  }));
  const rule = ruleOf({ escalationRisk: { atLeast: 0.6, forMs: 3000 } });
  expect(told(calm, [rule]).results).toEqual([]);
  const [raised] = told(tense, [rule]).results;
  expect(raised!.data.evidence).toMatchObject([{ condition: 'escalationRisk', threshold: 0.6 }]);
  expect(raised!.data.windowEndMs).toBeGreaterThan(15_000);
});

describe('all, any and not', () => {
  const hot = { emotion: { ...ANGER, forMs: 0 } };
  const refund = { said: { by: 'customer' as const, anyOf: ['refund'], keepMs: 60_000 } };
  const events = (abstained?: 'thin_evidence') =>
    inOrder([...seconds(5, () => ({ assessed: assessed(0.9, { abstained }) })), words('customer', 1000, 'A refund')]);

  it('join what is known', () => {
    expect(inShort(told(events(), [ruleOf({ all: [hot, refund] })]).results)).toEqual(['raised 2000']);
    expect(inShort(told(events(), [ruleOf({ any: [hot, refund] })]).results)).toEqual(['raised 1000']);
    expect(inShort(told(events(), [ruleOf({ all: [hot, { not: refund }] })]).results)).toEqual([
      'raised 1000',
      'cleared 2000 over',
    ]);
  });

  it('make nothing of what is not known', () => {
    expect(told(events('thin_evidence'), [ruleOf({ all: [hot, refund] })]).results).toEqual([]);
    expect(told(events('thin_evidence'), [ruleOf({ all: [{ not: hot }, refund] })]).results).toEqual([]);
    expect(inShort(told(events('thin_evidence'), [ruleOf({ any: [hot, refund] })]).results)).toEqual(['raised 2000']);
  });
});

describe('rules that change while an alert is open', () => {
  const rule = ruleOf({ emotion: ANGER });
  const events = seconds(12, () => ({ assessed: assessed(0.9) }));
  const from = (ms: number, later: readonly ReturnType<typeof ruleOf>[]) => (event: AlertEvent) =>
    event.kind === 'tick' && event.nowMs >= ms ? later : [rule];

  it('clear it from the next window on, and say why', () => {
    expect(inShort(told(events, from(6000, [])).results)).toEqual(['raised 3000', 'cleared 6000 rule_removed']);
    const other = ruleOf({ emotion: { ...ANGER, atLeast: 0.8 } });
    expect(inShort(told(events, from(6000, [other])).results)).toEqual([
      'raised 3000',
      'cleared 6000 rule_changed',
      'raised 8000',
    ]);
  });

  it('are those of the team', () => {
    const of = (teams: string[]) =>
      compileRule({ ...ruleOf({ silence: { forMs: 1000 } }), when: { silence: { forMs: 1000 } }, teams });
    const rules = [of(['billing']), of(['sales', 'billing']), rule];
    expect(rulesOfTeam(rules, 'billing')).toHaveLength(3);
    expect(rulesOfTeam(rules, 'sales')).toHaveLength(2);
    expect(rulesOfTeam(rules, undefined)).toEqual([rule]);
  });
});

describe('the state', () => {
  const course = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), fc.nat(40_000)), {
    minLength: 1,
    maxLength: 60,
  });
  const eventsOf = (values: [number, boolean, number][]): AlertEvent[] =>
    inOrder([
      ...seconds(values.length, (second) => {
        const [anger, isQuiet, silentForMs] = values[second - 1]!;
        return { ...(isQuiet ? {} : { assessed: assessed(anger) }), talk: { silentForMs } };
      }),
      ...values.flatMap(([anger], i) =>
        anger > 0.9 ? [words('customer', i * 1000, 'Let me speak to a manager')] : [],
      ),
    ]);

  it('goes on from a snapshot as if nothing had been, and takes no second twice', () => {
    fc.assert(
      fc.property(course, fc.nat(60), (values, cut) => {
        const events = eventsOf(values);
        const whole = told(events, DEFAULT_RULES);
        const first = told(events.slice(0, cut), DEFAULT_RULES);
        const snapshot = JSON.parse(JSON.stringify(first.state)) as AlertState;
        const ticksAgain = events.slice(0, cut).filter(({ kind }) => kind === 'tick');
        const second = told([...ticksAgain, ...events.slice(cut)], DEFAULT_RULES, snapshot);
        expect([...first.results, ...second.results]).toEqual(whole.results);
        expect(second.state).toEqual(whole.state);
      }),
    );
  });

  it('never gives two alerts one name, and clears none that was not raised', () => {
    fc.assert(
      fc.property(course, (values) => {
        const rules = [ruleOf({ emotion: { ...ANGER, forMs: 0 } }), ...DEFAULT_RULES];
        const { results } = told([...eventsOf(values), { kind: 'end', isJudged: true }], rules);
        const names = results.map(({ naturalKey }) => JSON.stringify(naturalKey));
        expect(new Set(names).size).toBe(names.length);
        const open = new Set<string>();
        for (const { data } of results) {
          const name = `${data.ruleId} ${data.onsetWindowEndMs}`;
          expect(open.has(name)).toBe(data.step !== 'raised');
          if (data.step === 'cleared') open.delete(name);
          else open.add(name);
        }
        expect(open.size).toBe(0);
      }),
    );
  });

  it('of the most and largest rules fits a snapshot, however long the call', () => {
    const quantities = [
      'anger',
      'disgust',
      'fear',
      'joy',
      'neutral',
      'sadness',
      'surprise',
      'valence',
      'arousal',
    ] as const;
    const heavy = Array.from({ length: 64 }, (_, i) => {
      const trend = { of: quantities[i % 9]!, riseBy: 0.05, overMs: 120_000 };
      const said = { by: 'customer' as const, anyOf: ['yes'], keepMs: 600_000 };
      return ruleOf(
        { any: [{ trend }, { said }] },
        { id: `rule-of-a-long-name-${i}`, name: 'A name of forty letters or so, like this' },
      );
    });
    const events = inOrder([
      ...seconds(600, (second) => ({
        assessed: assessed((second % 10) / 10),
        talk: { interruptions: { customer: second, agent: second } },
      })),
      ...Array.from({ length: 100 }, (_, i) => words('customer', i * 6000, 'yes')),
    ]);
    const { state } = told(events, heavy);
    expect(Object.keys(state.rules)).toHaveLength(64);
    expect(JSON.stringify(state).length).toBeLessThan(48 * 1024);
    expect(JSON.stringify(NO_ALERTS).length).toBeLessThan(200);
  });
});
