import type { EventType } from '@rapport-live/protocol';
import type { FinalPlace, HistoryStore, SessionFilter } from '../../../../src/monitor/history/history-store';
import type { HistoryFact } from '../../../../src/monitor/history/ingest/history-fact';
import { axis, begun, event, said, SESSION, STARTED_MS, window } from './facts';

const AT = (offset: number) => ({ logId: 'log', offset });
const ACME: SessionFilter = { tenant: 'acme' };

/** What every history store does. `open` opens the same one again after `close`. */
export function holdsTheContract(open: () => Promise<HistoryStore>): void {
  let store: HistoryStore;
  beforeAll(async () => {
    store = await open();
    await store.useEncoder('an encoder');
  });
  afterAll(() => store.close());

  it('keeps facts and the place behind them together, once, over a restart', async () => {
    expect(await store.position('log')).toBeUndefined();
    const facts = [
      begun(1, { team: 'billing', agentId: 'agent-7', customerId: 'customer-1', language: 'en' }),
      begun(2, { team: 'sales', queue: 'vip', channel: 'chat' }),
      begun(3),
      ...[1, 2, 3].flatMap((k) => [event(1, k), said(1, k, `line ${k} about a double charge`)]),
      said(2, 1, 'the zeppelin lands at noon'),
      window(1, 5, axis(3, 128)),
      window(1, 6),
    ];
    await store.keep(facts, AT(4));
    await store.keep(facts, AT(5)); // read again: nothing is there twice
    await store.close();
    store = await open();
    expect(await store.position('log')).toEqual(AT(5));
    expect((await store.events('acme', SESSION(1), 0, 10)).map(({ json }) => JSON.parse(json))).toEqual(
      [1, 2, 3].map((k) => ({ id: `acme-1-e${k}` })),
    );
    expect(await store.matchingUtterances(['charge'], ACME, 10)).toHaveLength(3);
  });

  it('keeps nothing of a batch that cannot be kept whole', async () => {
    const broken = { ...said(3, 9, 'never'), startMs: null } as never;
    await expect(store.keep([said(3, 8, 'never'), broken], AT(99))).rejects.toThrow();
    expect(await store.position('log')).toEqual(AT(5));
    expect(await store.matchingUtterances(['never'], ACME, 10)).toEqual([]);
  });

  it('lists sessions, newest first, in pages, by every filter', async () => {
    const ids = async (filter: Partial<SessionFilter>) =>
      (await store.sessions({ ...ACME, ...filter }, 10)).map(({ sessionId }) => Number(sessionId.slice(-2)));
    await store.keep(
      [
        {
          kind: 'ended',
          tenant: 'acme',
          sessionId: SESSION(3),
          endedMs: STARTED_MS + 9000,
          durationMs: 6000,
          reason: 'ended',
        },
        ...([0.6, 0.4, 0.8] as const).map((confidence, k) => ({ kind: 'peak', tenant: 'acme', sessionId: SESSION(1), emotion: 'anger', confidence, atMs: k }) as const), // prettier-ignore
        { kind: 'intent', tenant: 'acme', sessionId: SESSION(2), intent: 'cancel_order', score: 0.9, atMs: 4 },
        { kind: 'language', tenant: 'acme', sessionId: SESSION(3), language: 'pl' },
      ],
      AT(6),
    );
    expect(await ids({})).toEqual([3, 2, 1]);
    const [newest] = await store.sessions(ACME, 1);
    expect((await store.sessions(ACME, 10, newest!)).map(({ sessionId }) => sessionId)).toEqual([
      SESSION(2),
      SESSION(1),
    ]);
    for (const [filter, found] of [
      [{ team: 'billing' }, [1]],
      [{ visibleTeams: ['sales', 'billing'] }, [2, 1]],
      [{ visibleTeams: [] }, []],
      [{ agentId: 'agent-7' }, [1]],
      [{ customerId: 'customer-1' }, [1]],
      [{ queue: 'vip' }, [2]],
      [{ channel: 'chat' }, [2]],
      [{ language: 'pl' }, [3]],
      [{ intent: 'cancel_order' }, [2]],
      [{ emotion: { label: 'anger', min: 0.8 } }, [1]],
      [{ emotion: { label: 'anger', min: 0.81 } }, []],
      [{ live: true }, [2, 1]],
      [{ live: false }, [3]],
      [{ fromMs: STARTED_MS + 2000 }, [3, 2]],
      [{ toMs: STARTED_MS + 2000 }, [1]],
      [{ sessionId: SESSION(2) }, [2]],
      [{ tenant: 'globex' }, []],
    ] as const) {
      expect([filter, await ids(filter)]).toEqual([filter, found]);
    }
    expect(await store.peaks('acme', [SESSION(1)])).toEqual([
      { sessionId: SESSION(1), emotion: 'anger', confidence: 0.8, atMs: 2 },
    ]);
    expect(await store.intents('acme', [SESSION(1), SESSION(2)])).toMatchObject([{ intent: 'cancel_order' }]);
  });

  it('finds utterances by words and by embeddings, windows by theirs, filters first', async () => {
    const bare = await store.bareUtterances(0, 10);
    expect(bare).toHaveLength(4);
    expect(await store.bareUtterances(bare[1]!.seq, 1)).toEqual([bare[2]]);
    await store.embed(bare.map(({ eventId }, k) => ({ eventId, vector: axis(10, 384, k / 10) })));
    expect(await store.bareUtterances(0, 10)).toEqual([]);
    const near = await store.nearestUtterances(axis(10), ACME, 2);
    expect(near).toMatchObject([
      { sessionId: SESSION(1), utteranceId: 'u1', startMs: 1000, endMs: 1900, party: 'customer' },
      { utteranceId: 'u2' },
    ]);
    expect(near[0]!.score).toBeCloseTo(1, 5);
    expect(near[1]!.score).toBeCloseTo(Math.cos(0.1), 5);
    expect(await store.nearestUtterances(axis(10), { ...ACME, team: 'sales' }, 2)).toMatchObject([{ sessionId: SESSION(2) }]); // prettier-ignore
    expect(await store.nearestUtterances(axis(10), { tenant: 'globex' }, 2)).toEqual([]);
    expect(await store.matchingUtterances(['zeppelin', 'unheard'], ACME, 5)).toMatchObject([{ sessionId: SESSION(2) }]);
    expect(await store.matchingUtterances([], ACME, 5)).toEqual([]);
    expect(await store.nearestWindows(axis(3, 128), ACME, 5)).toMatchObject([
      { kind: 'window', sessionId: SESSION(1), endMs: 5000, label: 'anger' },
    ]);
    const { window: kept, utterance } = await store.vectorsAt('acme', SESSION(1), 4500);
    expect([...kept!]).toEqual([...axis(3, 128)]);
    expect(utterance).toBeUndefined();
    expect((await store.vectorsAt('acme', SESSION(1), 1500)).utterance!).toHaveLength(384);
    await store.useEncoder('an encoder');
    expect(await store.bareUtterances(0, 10)).toEqual([]);
    await store.useEncoder('another encoder');
    expect(await store.bareUtterances(0, 10)).toHaveLength(4);
  });

  it('finds words however they are written, and the rare one before the common one, the short utterance before the long', async () => {
    const texts = [
      'please tell me the order',
      'please give me the refund',
      'please show me the bill',
      'Das Café kostet 12 €, NAÏVE Kunden zahlen 0800',
      `the bill ${'and so on and on '.repeat(40)}`,
      'hostile: \0 \ud800 <b>&amp;</b> \'quoted\' "quoted" \\ % ? $1 | & ! :* ' + 'x'.repeat(8000),
      'emoji 🙂 добрый день 你好',
    ];
    await store.keep(
      [begun(9, { tenant: 'globex' }), ...texts.map((text, k) => ({ ...said(9, k, text, 'globex') }))],
      AT(6),
    );
    const found = async (...words: string[]) =>
      (await store.matchingUtterances(words, { tenant: 'globex' }, 10)).map(({ utteranceId }) =>
        Number(utteranceId!.slice(1)),
      );
    expect(await found('please', 'refund')).toEqual([1, 0, 2]);
    expect(await found('bill')).toEqual([2, 4]);
    for (const [words, place] of [
      [['cafe'], [3]],
      [['café'], [3]],
      [['cafe\u0301'], [3]],
      [['naive'], [3]],
      [['0800'], [3]],
      [['quoted'], [5]],
      [['amp'], [5]],
      [['добрый'], [6]],
      [['你好'], [6]],
      [["it's", 'quoted'], [5]],
      [['caf'], []],
    ] as const) {
      expect([words, await found(...words)]).toEqual([words, place]);
    }
    const [hostile] = await store.matchingUtterances(['hostile'], { tenant: 'globex' }, 10);
    // bug: libSQL gave back what stood before the NUL alone
    expect(hostile!.text).toMatch(/^hostile: .*<b>&amp;<\/b> 'quoted' "quoted" \\ % \? \$1 \| & ! :\* x{8000}$/s);
    expect(await store.removeOldest(0)).toBe(0);
    await store.erase('globex', [SESSION(9)]);
    expect(await found('please')).toEqual([]);
  });

  it('reads what was said in the order of its starts, in pages, whatever the order in which it became durable', async () => {
    const startsMs = [3000, 1000, 2000, 1000, 4000];
    const facts = startsMs.flatMap((startMs, k) => {
      const { eventId, ...of } = said(8, k, `line ${k}`, 'globex') as Extract<HistoryFact, { kind: 'utterance' }>;
      return [{ ...of, eventId, startMs }, event(8, k, { tenant: 'globex', eventId })];
    });
    await store.keep([begun(8, { tenant: 'globex' }), ...facts], AT(6));
    const pages: number[][] = [];
    for (let after: FinalPlace | undefined; ;) {
      const page = await store.finals('globex', SESSION(8), 2, after);
      pages.push(page.map(({ json }) => Number(/e(\d)"/.exec(json)![1])));
      if (page.length < 2) break;
      after = page[1]!;
    }
    expect(pages).toEqual([[1, 3], [2, 0], [4]]);
    expect(await store.finals('acme', SESSION(8), 2)).toEqual([]);
    await store.erase('globex', [SESSION(8)]);
    expect(await store.finals('globex', SESSION(8), 2)).toEqual([]);
  });

  it('erases a session and keeps the others; what comes of it later begins anew', async () => {
    expect(await store.sessionsOf('acme', 'customer-1')).toEqual([SESSION(1)]);
    await store.erase('acme', [SESSION(1)]);
    expect(await store.sessionsOf('acme', 'customer-1')).toEqual([]);
    expect(await store.events('acme', SESSION(1), 0, 10)).toEqual([]);
    expect(await store.peaks('acme', [SESSION(1)])).toEqual([]);
    expect(await store.matchingUtterances(['charge'], ACME, 10)).toEqual([]);
    expect(await store.nearestWindows(axis(3, 128), ACME, 5)).toEqual([]);
    expect((await store.sessions(ACME, 10)).map(({ sessionId }) => sessionId)).toEqual([SESSION(3), SESSION(2)]);
    // an event that history need not begin a session for, and one that it does
    await store.keep([event(1, 7, { onlyKnown: true }), event(4, 8)], AT(7));
    const begunById = await store.sessions(ACME, 10);
    expect(begunById.map(({ sessionId }) => sessionId).sort()).toEqual([SESSION(2), SESSION(3), SESSION(4)]);
    expect(begunById.find(({ sessionId }) => sessionId === SESSION(4))!.startedMs).toBe(0x0198c0de7a31);
  });

  it('removes the oldest first, and those that go on last', async () => {
    const ended = (n: number): HistoryFact => ({
      ...{ kind: 'ended', tenant: 'acme', sessionId: SESSION(n), durationMs: 1, reason: 'ended' },
      endedMs: STARTED_MS + n,
    });
    const ids = async () => (await store.sessions(ACME, 10)).map(({ sessionId }) => sessionId);
    const before = await ids();
    // begun long before all others, one of them still open
    const old = [50, 51, 52].map((n) => begun(n, { startedMs: n }));
    await store.keep([...old, ended(51), ended(52), said(51, 1, 'the oldest that is over')], AT(7));
    expect(await store.removeOldest(1)).toBe(1);
    expect([await ids(), await store.matchingUtterances(['oldest'], ACME, 5)]).toEqual([
      [...before, SESSION(52), SESSION(50)],
      [],
    ]);
    await store.erase('acme', [SESSION(50), SESSION(52)]);
    expect(await ids()).toEqual(before);
  });

  it('lists corrections in pages, and removes what is older', async () => {
    const type = 'rapport.monitor.correction';
    await store.keep([event(2, 20, { type }), event(3, 21, { type }), event(3, 22)], AT(8));
    const [first, second] = await store.corrections('acme', 10);
    expect([first!.sessionId, second!.sessionId]).toEqual([SESSION(2), SESSION(3)]);
    expect(await store.corrections('acme', 10, first!.eventId)).toEqual([second]);
    const typesOf = (type: EventType, limit: number) => store.eventsOfType('acme', SESSION(3), type, limit);
    expect((await typesOf(type, 10)).map(({ json }) => json)).toEqual([second!.json]);
    await store.keep([event(3, 23, { type })], AT(9));
    const both = await typesOf(type, 10);
    expect([both.length, both[1]!.json, both[0]!.seq > both[1]!.seq]).toEqual([2, second!.json, true]);
    expect(await typesOf(type, 1)).toEqual([both[0]]);
    expect(await store.eventsOfType('acme', SESSION(3), type, 10, both[0]!.seq)).toEqual([both[1]]);
    expect(await store.eventsOfType('globex', SESSION(3), type, 10)).toEqual([]);
    expect(await store.removeOlder(STARTED_MS + 9001, 10)).toBe(3);
    expect(await store.removeOlder(STARTED_MS + 9001, 10)).toBe(0);
    expect(await store.sessions(ACME, 10)).toEqual([]);
  });
}
