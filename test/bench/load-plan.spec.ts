import { ask } from '../support/ask-module';

interface Session {
  readonly arrivalMs: number;
  readonly has: { readonly voice: boolean; readonly video: boolean; readonly chat: boolean };
  readonly turns: readonly { readonly party: string; readonly startMs: number; readonly endMs: number }[];
  readonly sends: readonly { readonly kind: string; readonly ptsMs: number; readonly atMs: number }[];
}

const plan = (changes: object): Session[] =>
  ask(`
    import { DEFAULT_MIX, planLoad } from './bench/load/plan.mjs';
    const given = ${JSON.stringify(changes)};
    const lengths = { customer: [2000, 5000], agent: [1000, 3000], stills: 10, messages: 3 };
    const load = { seed: 1, sessions: 4, rampMs: 5000, endMs: 60000, lengths, ...given, mix: { ...DEFAULT_MIX, ...given.mix } };
    console.log(JSON.stringify(planLoad(load)));
  `);

describe('the plan of a load', () => {
  it('is the same for the same seed and another one for another', () => {
    expect(plan({})).toEqual(plan({}));
    expect(plan({ seed: 2 })).not.toEqual(plan({}));
  });

  it('gives a session the same turns however many others there are', () => {
    const [few, many] = [plan({}), plan({ sessions: 9 })];
    expect(few[2]!.turns.slice(0, 5)).toEqual(many[2]!.turns.slice(0, 5));
    expect(many.map(({ arrivalMs }) => arrivalMs)).toEqual(
      many.map(({ arrivalMs }) => arrivalMs).sort((a, b) => a - b),
    );
    expect(Math.max(...many.map(({ arrivalMs }) => arrivalMs))).toBeLessThan(5000);
  });

  it('sends voice at the end of each piece, every piece of both parties', () => {
    const [session] = plan({ mix: { video: 0, chat: 0 } });
    const voice = session!.sends.filter(({ kind }) => kind === 'voice');
    expect(voice).toHaveLength(2 * Math.floor((60_000 - session!.arrivalMs) / 100));
    expect(voice.every(({ ptsMs, atMs }) => atMs === ptsMs + 100)).toBe(true);
  });

  it('keeps the shares of the mix', () => {
    const sessions = plan({ sessions: 20, endMs: 600_000, mix: { talk: 0.5, customer: 0.7, video: 0.25, chat: 0.5 } });
    const count = (kind: 'voice' | 'video' | 'chat') => sessions.filter(({ has }) => has[kind]).length;
    expect([count('voice'), count('video'), count('chat')]).toEqual([20, 5, 10]);
    const spoken = (party?: string) =>
      sessions.reduce((sum, { turns }) => {
        const own = turns.filter((turn) => party === undefined || turn.party === party);
        return sum + own.reduce((ms, { startMs, endMs }) => ms + endMs - startMs, 0);
      }, 0);
    const wholeMs = sessions.reduce((sum, { arrivalMs }) => sum + 600_000 - arrivalMs, 0);
    expect(spoken() / wholeMs).toBeCloseTo(0.5, 1);
    expect(spoken('customer') / spoken()).toBeCloseTo(0.7, 1);
  });

  it('leaves no session without anything', () => {
    expect(plan({ mix: { voice: 0, video: 0, chat: 0 } }).every(({ has }) => has.chat)).toBe(true);
  });
});

describe('the open loop', () => {
  it('counts what a slow step delays as lateness of those behind it, and moves no intended time', () => {
    const late = ask<{ atMs: number; lateMs: number }[]>(`
      import { openLoop } from './bench/load/open-loop.mjs';
      let nowMs = 1000;
      const clock = { nowMs: () => nowMs, sleep: async (ms) => void (nowMs += ms) };
      const items = [70, 20, 10, 0].map((atMs) => ({ atMs, act: () => void (nowMs += atMs === 0 ? 50 : 0) }));
      console.log(JSON.stringify(await openLoop(items, nowMs, clock)));
    `);
    expect(late).toEqual([
      { atMs: 0, lateMs: 0 },
      { atMs: 10, lateMs: 40 },
      { atMs: 20, lateMs: 30 },
      { atMs: 70, lateMs: 0 },
    ]);
  });
});

describe('percentiles', () => {
  it('are values that were measured, by nearest rank', () => {
    const values = Array.from({ length: 1000 }, (_, i) => i + 1);
    const found = ask<Record<string, number>>(`
      import { percentiles } from './bench/load/percentiles.mjs';
      console.log(JSON.stringify(percentiles(${JSON.stringify(values)})));
    `);
    expect(found).toEqual({ count: 1000, p50: 500, p90: 900, p95: 950, p99: 990, 'p99.9': 999, max: 1000 });
  });
});
