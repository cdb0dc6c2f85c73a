import { ScriptedClock } from '../streams/testing/scripted-clock';
import { END_LIMITS, EndWait } from './end-wait';

/** What became of the wait: undefined while it lasts. */
async function waiting(aheadMs: number) {
  const clock = new ScriptedClock(1000);
  const wait = new EndWait(clock, END_LIMITS);
  let end!: () => void;
  let inTime: boolean | undefined;
  void wait.endsInTime(new Promise((resolve) => (end = resolve)), aheadMs).then((is) => (inTime = is));
  const after = async (ms: number, finishes = false): Promise<boolean | undefined> => {
    clock.advance(ms);
    if (finishes) wait.progressed();
    await new Promise((resolve) => setImmediate(resolve));
    return inTime;
  };
  await after(0);
  return { after, end, clock };
}

describe('EndWait', () => {
  it('waits for live media for the limit, whatever is finished', async () => {
    const { after } = await waiting(0);
    expect([await after(4000, true), await after(999), await after(1)]).toEqual([undefined, undefined, false]);
  });

  it('waits for media that came early for as long as it is ahead, while some of it gets finished', async () => {
    const { after, end, clock } = await waiting(12_000);
    expect([await after(4000, true), await after(4000, true), await after(4000, true)]).toEqual(
      Array(3).fill(undefined),
    );
    end();
    expect(await after(0)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is over when nothing is finished, and when even live media would have ended', async () => {
    const stuck = await waiting(12_000);
    expect([await stuck.after(3000, true), await stuck.after(4999), await stuck.after(1)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
    const slow = await waiting(6000);
    const looks: (boolean | undefined)[] = [];
    for (let i = 0; i < 4; i += 1) looks.push(await slow.after(3000, true));
    expect(looks).toEqual([undefined, undefined, undefined, false]);
  });

  it('waits for a recording for as long as it takes, while some of it gets finished', async () => {
    const { after, end } = await waiting(Infinity);
    for (let hour = 0; hour < 3600_000; hour += 119_000) expect(await after(119_000, true)).toBe(undefined);
    end();
    expect(await after(0)).toBe(true);
    const stuck = await waiting(Infinity);
    expect([await stuck.after(119_999), await stuck.after(1)]).toEqual([undefined, false]);
  });
});
