import { Logger } from '@nestjs/common';
import { drainOnSignals, type DrainHost } from './drain';

class FakeHost implements DrainHost {
  readonly statuses: number[] = [];
  private readonly listeners = new Map<string, () => void>();
  on(signal: string, listener: () => void): void {
    this.listeners.set(signal, listener);
  }
  exit(status: number): void {
    this.statuses.push(status);
  }
  signal(name: 'SIGTERM' | 'SIGINT'): void {
    this.listeners.get(name)!();
  }
}

const never = new Promise<void>(() => {});
let nowMs = 0;
const start = (close: () => Promise<void>, boundMs = 10_000): FakeHost => {
  const host = new FakeHost();
  drainOnSignals(close, boundMs, host, () => nowMs);
  return host;
};

beforeAll(() => Logger.overrideLogger(false));

beforeEach(() => {
  jest.useFakeTimers();
  nowMs = 0;
});
afterEach(() => jest.useRealTimers());

test('closes once and ends with 0', async () => {
  const close = jest.fn(async () => {});
  const host = start(close);
  host.signal('SIGTERM');
  host.signal('SIGTERM');
  await jest.advanceTimersByTimeAsync(60_000);
  expect(close).toHaveBeenCalledTimes(1);
  expect(host.statuses).toEqual([0]);
});

test('ends with 1 when closing fails, or takes longer than the bound', async () => {
  const failing = start(() => Promise.reject(new Error('by the test')));
  failing.signal('SIGTERM');
  await jest.advanceTimersByTimeAsync(0);
  expect(failing.statuses).toEqual([1]);

  const hanging = start(() => never);
  hanging.signal('SIGINT');
  await jest.advanceTimersByTimeAsync(9_999);
  expect(hanging.statuses).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(hanging.statuses).toEqual([1]);
});

test('a second signal ends at once; the pair that Ctrl-C makes under npm is one', () => {
  const host = start(() => never);
  host.signal('SIGINT');
  nowMs = 20;
  host.signal('SIGTERM');
  expect(host.statuses).toEqual([]);
  nowMs = 2_000;
  host.signal('SIGTERM');
  expect(host.statuses).toEqual([143]);
});
