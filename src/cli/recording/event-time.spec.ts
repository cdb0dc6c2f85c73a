import { type EventTimeOptions, inEventTime, type Stretch } from './event-time';

const LENGTH_MS = 100;

async function placed(timesMs: readonly number[], options: Partial<EventTimeOptions> = {}) {
  async function* stretches(): AsyncGenerator<Stretch> {
    for (const timeMs of timesMs) yield { timeMs, lengthMs: LENGTH_MS };
  }
  const holes: [atMs: number, silenceMs: number][] = [];
  const faults: string[] = [];
  let atMs = 0;
  let count = 0;
  const told = { durationMs: Infinity, onFault: (reason: string) => void faults.push(reason), ...options };
  for await (const { silenceMs } of inEventTime(stretches(), told)) {
    if (silenceMs > 0) holes.push([atMs, silenceMs]);
    atMs += silenceMs + LENGTH_MS;
    count += 1;
  }
  expect(count).toBe(timesMs.length); // sound is never dropped
  return { holes, lengthMs: atMs, faults };
}
const run = (fromMs: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => fromMs + LENGTH_MS * i);

describe('inEventTime', () => {
  it('a pause that lasts is silence, however long the sound behind it', async () => {
    const times = [...run(0, 10), ...run(21_000, 400), ...run(90_000, 3)];
    expect(await placed(times)).toEqual({
      holes: [[1000, 20_000], [61_000, 29_000]], // prettier-ignore
      lengthMs: 90_300,
      faults: [],
    });
  });

  it('a late start is silence where the beginning is known, else none', async () => {
    expect(await placed(run(5000, 3), { beginMs: 0 })).toMatchObject({ holes: [[0, 5000]] });
    expect(await placed(run(5000, 3))).toMatchObject({ holes: [] });
  });

  it('rounded times, and sound that overlaps, make no hole', async () => {
    expect(await placed([0, 133, 199, 150, 420])).toEqual({ holes: [], lengthMs: 500, faults: [] });
  });

  // bug: one damaged time of a cluster put minutes of silence into a recording, and all behind it too late
  it('a time that what follows takes back is damaged: no hole, and what follows keeps its place', async () => {
    const times = [...run(0, 50), ...run(305_000, 50), ...run(10_000, 50), ...run(17_000, 10)];
    expect(await placed(times)).toEqual({
      holes: [[15_000, 2000]],
      lengthMs: 18_000,
      faults: ['times that cannot be right'],
    });
  });

  it('nothing is beyond the end that the file tells, nor behind a hole of more than 10 minutes; later holes stay', async () => {
    const damaged = [...run(0, 10), ...run(60_000, 10), ...run(63_000, 10)];
    expect(await placed(damaged, { durationMs: 5000 })).toMatchObject({ lengthMs: 5000, faults: [expect.any(String)] });
    expect(await placed([...run(0, 10), ...run(9_000_000, 10)])).toMatchObject({ lengthMs: 2000, faults: [expect.any(String)] }); // prettier-ignore
  });
});
