import type { LogRecord } from '../delivery/record-line';
import type { TapPosition, TappedRecord } from '../delivery/record-tap';
import { keepUp } from './keep-up';

const recordAt = (offset: number): TappedRecord => ({
  position: { logId: 'log', offset: offset + 1 },
  record: { offset } as LogRecord,
});

/** A log of so many records that is closed behind them; reading record `n` fails as often as `faults` says. */
function logOf(records: number, faults: Record<number, number>) {
  return {
    async *batches(from: TapPosition | undefined): AsyncGenerator<readonly TappedRecord[]> {
      for (let offset = from?.offset ?? 0; offset < records; offset += 1) {
        if ((faults[offset] ?? 0) > 0) {
          faults[offset]! -= 1;
          throw new Error(`record ${offset} cannot be read`);
        }
        yield [recordAt(offset)];
      }
    },
  };
}

function kept(records: number, faults: Record<number, number>, poison?: number) {
  const seen: number[] = [];
  const told: string[] = [];
  const slept: number[] = [];
  const deps = {
    tap: logOf(records, faults),
    see: ({ offset }: LogRecord): void => {
      if (offset === poison) throw new Error('no such thing');
      seen.push(offset);
    },
    onFault: (error: unknown) => void told.push((error as Error).message),
    onCaughtUp: () => void told.push('caught up'),
    sleep: async (ms: number): Promise<void> => void slept.push(ms),
  };
  return { seen, told, slept, deps };
}
const { signal } = new AbortController();

it('goes on from where it was when a record could not be read, and says so once (found in review: the alerts of a process stood still)', async () => {
  const { seen, told, slept, deps } = kept(4, { 1: 3, 3: 1 });
  await keepUp(deps, undefined, signal);
  expect(seen).toEqual([0, 1, 2, 3]);
  expect(told.filter((one) => one !== 'caught up')).toEqual(['record 1 cannot be read', 'record 3 cannot be read']);
  expect(slept).toHaveLength(4);
  expect(slept[1]!).toBeGreaterThan(slept[0]!);
});

it('is caught up behind what was there, or at a fault: nobody waits for a log that cannot be read', async () => {
  const whole = kept(2, {});
  await keepUp(whole.deps, undefined, signal);
  expect(whole.told).toEqual(['caught up']);
  const damaged = kept(2, { 0: 1 });
  await keepUp(damaged.deps, undefined, signal);
  expect(damaged.told.slice(0, 2)).toEqual(['record 0 cannot be read', 'caught up']);
});

it('passes over a record that it cannot take', async () => {
  const { seen, told, deps } = kept(3, {}, 1);
  await keepUp(deps, { logId: 'log', offset: 1 }, signal);
  expect([seen, told[0]]).toEqual([[2], 'no such thing']);
});

it('ends with its signal', async () => {
  const stop = new AbortController();
  const { seen, deps } = kept(3, { 1: 99 });
  deps.sleep = async () => void stop.abort();
  await keepUp(deps, undefined, stop.signal);
  expect(seen).toEqual([0]);
});
