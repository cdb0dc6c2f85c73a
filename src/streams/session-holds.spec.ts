import fc from 'fast-check';
import { holdWordOf } from '../facts/hold-word';
import type { StreamUpdated } from '../facts/stream-fact';
import { AGENT, join, SessionScript, silence, speech, VOICE } from './testing/session-script';

const word = (action: string, mediaMs: number, streamId?: number): StreamUpdated => ({
  ...{ kind: 'updated', update: 'participant', mediaMs },
  detail: { action, party: 'customer', ...(streamId === undefined ? {} : { streamId }) },
});
const hold = (s: SessionScript, mediaMs: number, streamId?: number) =>
  s.streams.participant(word('hold', mediaMs, streamId));
const unhold = (s: SessionScript, mediaMs: number) => s.streams.participant(word('unhold', mediaMs));
const spans = (s: SessionScript) => s.utterances.map(({ startMs, endMs }) => [startMs, endMs]);
const heard = (s: SessionScript) => join(...s.hops.map(({ voices }) => voices[0]!.pcm));

describe('a hold', () => {
  it('is no part of what is heard, and all around it is, in its place', async () => {
    const s = new SessionScript();
    await s.live(1, speech(2005), 0);
    hold(s, 2005);
    await s.live(1, speech(3000, 5), 2005);
    unhold(s, 5005);
    await s.live(1, speech(2000, 3), 5005);
    const ended = await s.end();
    expect(heard(s).subarray(0, 2005 * 16)).toEqual(speech(2005));
    expect(heard(s).subarray(2005 * 16, 5005 * 16)).toEqual(silence(3000));
    expect(heard(s).subarray(5005 * 16, 7005 * 16)).toEqual(speech(2000, 3));
    expect(spans(s)).toEqual([
      [0, 2005],
      [5005, 7005],
    ]);
    expect(ended.dropped).toEqual({ on_hold: 150 });
    expect(s.gaps.map(({ update, mediaMs }) => [update, mediaMs])).toEqual([
      ['participant', 2005],
      ['participant', 5005],
    ]);
    expect(s.hops.map(({ unheard, heldSinceMs }) => [unheard, heldSinceMs])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [[{ startMs: 2005, endMs: 3000, held: true }], 2005],
      [[{ startMs: 3000, endMs: 4000, held: true }], 2005],
      [[{ startMs: 4000, endMs: 5000, held: true }], 2005],
      [[{ startMs: 5000, endMs: 5005, held: true }], undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('takes back what came before the word of it and is not worked off', async () => {
    const s = new SessionScript();
    await s.live(1, speech(2200), 0);
    hold(s, 1500);
    unhold(s, 4000);
    await s.live(1, speech(1000), 4000);
    await s.end();
    expect(spans(s)).toEqual([
      [0, 1500],
      [4000, 5000],
    ]);
  });

  it('is waited for by nobody: seconds go on by the clock, with nothing sent', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    await s.live(1, speech(1000), 0);
    s.send(2, speech(1000), 0);
    hold(s, 1000);
    await s.jobs();
    await s.advance(3300);
    expect(s.hops.map(({ hopEndMs }) => hopEndMs)).toEqual([1000, 2000, 3000, 4000]);
    s.streams.dispose();
  });

  it('of one stream leaves the others as they are', async () => {
    const s = new SessionScript({ streams: [VOICE, AGENT] });
    hold(s, 1000, 1);
    for (let at = 0; at < 3000; at += 100) {
      s.clock.advance(100);
      s.send(1, speech(100), at);
      s.send(2, speech(100, 1), at);
      await s.jobs();
    }
    await s.end();
    expect(s.utterances.map(({ streamName, startMs, endMs }) => [streamName, startMs, endMs])).toEqual([
      [VOICE.name, 0, 1000],
      [AGENT.name, 0, 3000],
    ]);
    expect(s.hops.map(({ unheard, heldSinceMs }) => [unheard, heldSinceMs])).toEqual(
      s.hops.map(() => [undefined, undefined]),
    );
  });

  it.each([
    ['a hold within a pause', [1000, 4000], [2000, 3000]],
    ['a pause within a hold', [2000, 3000], [1000, 4000]],
    ['a pause that goes on behind a hold', [2000, 4000], [1000, 3000]],
    ['a hold that goes on behind a pause', [1000, 3000], [2000, 4000]],
  ] as const)('%s: nothing is heard until both are over', async (_, [pauseMs, unpauseMs], [holdMs, unholdMs]) => {
    const s = new SessionScript();
    const words: (readonly [number, () => unknown])[] = [
      [pauseMs, () => s.streams.pause(pauseMs, 'payment')],
      [unpauseMs, () => s.streams.unpause(unpauseMs)],
      [holdMs, () => hold(s, holdMs)],
      [unholdMs, () => unhold(s, unholdMs)],
    ];
    for (let at = 0; at < 6000; at += 1000) {
      for (const [ms, tell] of words) if (ms === at) tell();
      await s.live(1, speech(1000, at), at);
    }
    await s.end();
    expect(spans(s)).toEqual([
      [0, 1000],
      [4000, 6000],
    ]);
    const heldSpans = s.hops.flatMap(({ unheard }) => unheard ?? []).map((one) => [one.startMs, one.held === true]);
    const isPaused = (ms: number): boolean => ms >= pauseMs && ms < unpauseMs;
    expect(heldSpans).toEqual([1000, 2000, 3000].map((ms) => [ms, !isPaused(ms)]));
  });

  it('that was told before a process died is known, and not told again', async () => {
    const s = new SessionScript();
    s.streams.participant(word('hold', 1000), true);
    await s.live(1, speech(3000), 0);
    await s.end();
    expect([spans(s), s.gaps]).toEqual([[[0, 1000]], []]);
  });

  it('of one that is said behind the end of another, and from before it, was heard', async () => {
    const s = new SessionScript();
    const hold = (one: string, scope: string, ms: number) => s.streams.participant({ ...word(one, ms), scope });
    await s.live(1, speech(1000), 0);
    hold('hold', 'p-1', 1000);
    await s.live(1, speech(1000), 1000);
    hold('unhold', 'p-1', 2000);
    await s.live(1, speech(200), 2000);
    hold('hold', 'p-2', 1900);
    await s.live(1, speech(800), 2200);
    hold('unhold', 'p-2', 3000);
    await s.end();
    expect(spans(s)).toEqual([[0, 1000]]);
  });

  const spanOf = fc
    .record({ from: fc.nat(55), frames: fc.integer({ min: 3, max: 25 }), lag: fc.nat(2) })
    .map(({ from, frames, lag }) => ({
      startMs: from * 100,
      endMs: (from + frames) * 100,
      saidMs: (from + lag) * 100,
    }));

  it('and a pause, in any order and said a little late: heard is what lies in none, all of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(spanOf, { maxLength: 4 }), fc.option(spanOf), async (holds, pause) => {
        const s = new SessionScript();
        const all = [...holds, ...(pause === null ? [] : [pause])];
        for (let at = 0; at <= 9000; at += 100) {
          holds.forEach(({ startMs, endMs, saidMs }, i) => {
            if (saidMs === at) s.streams.participant({ ...word('hold', startMs), scope: `p-${i}` });
            if (endMs === at) s.streams.participant({ ...word('unhold', endMs), scope: `p-${i}` });
          });
          if (pause?.saidMs === at) s.streams.pause(pause.startMs, 'payment');
          if (pause?.endMs === at) s.streams.unpause(pause.endMs);
          if (at < 9000) await s.live(1, speech(100, at), at, 100);
        }
        await s.end();
        const isCut = (ms: number): boolean => all.some(({ startMs, endMs }) => ms >= startMs && ms < endMs);
        const expected = Array.from({ length: 90 }, (_, i) => (isCut(i * 100) ? silence(100) : speech(100, i * 100)));
        const found = heard(s);
        expect(join(...expected).findIndex((sample, i) => sample !== (found[i] ?? 0))).toBe(-1);
        expect(s.gaps.filter(({ update }) => update === 'gap')).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it('is begun, ended, and ended by who leaves; other words of participants are no hold', () => {
    const readings = ['hold', 'unhold', 'left', 'joined', 'agent_changed'].map((one) => holdWordOf(word(one, 5)));
    expect(readings.map((one) => one?.begins)).toEqual([true, false, false, undefined, undefined]);
  });
});
