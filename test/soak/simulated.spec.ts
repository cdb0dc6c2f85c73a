import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const HOURS = 10;
const SESSIONS = 4;
const MIB = 1024 * 1024;

/** One simulated hour of all sessions together. */
export interface Hour {
  /** Jobs by kind. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Results by type. */
  readonly results: Readonly<Record<string, number>>;
  /** Heap and typed arrays after garbage collection at its end. */
  readonly heldBytes: number;
  readonly cpuMs: number;
  readonly timers: number;
}

export interface Simulated {
  readonly hours: readonly Hour[];
  readonly faults: readonly string[];
  readonly lastWindowEndMs: readonly number[];
  readonly durationMs: readonly number[];
  readonly timersLeft: number;
}

/**
 * Streams, encode and fusion as the service composes them, with a scripted clock and scripted encoders, for ten hours of
 * four calls with voices, cameras and chat. In a process of its own: Jest's heap would hide what four calls hold.
 */
describe('ten simulated hours of four live conversations', () => {
  let simulated: Simulated;

  beforeAll(async () => {
    const root = join(__dirname, '../..');
    const args = ['--expose-gc', '-r', './test/delivery/support/register-swc.cjs', 'test/soak/simulate.ts', `${HOURS}`];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 170_000 });
    simulated = JSON.parse(stdout) as Simulated;
  }, 180_000);

  it('hold no more after ten hours than after one', () => {
    const { hours, timersLeft } = simulated;
    const report = hours.map((h) => `${(h.heldBytes / MIB).toFixed(2)} MiB ${(h.cpuMs / 1000).toFixed(1)} s CPU`);
    console.log(`held and spent by hour: ${report.join(', ')}`);
    expect(hours.at(-1)!.heldBytes / hours[0]!.heldBytes).toBeLessThan(1.1);
    expect(hours.at(-1)!.heldBytes - hours[0]!.heldBytes).toBeLessThan(MIB);
    expect(hours.at(-1)!.timers).toBe(hours[0]!.timers);
    expect(timersLeft).toBe(0);
  });

  it('are as much work in the last hour as in the second, and take as long', () => {
    const [second, last] = [simulated.hours[1]!, simulated.hours.at(-1)!];
    expect(last.jobs).toEqual(second.jobs);
    expect(last.results).toEqual(second.results);
    expect(last.results).not.toHaveProperty(['rapport.window.degraded']);
    expect(last.results['rapport.window.assessed']).toBeGreaterThan(2 * 3600);
    expect(last.results['rapport.transcript.final']).toBe(60 * (5 + 5 + 3 + 3)); // a minute: two of the customer, two of an agent, a message
    expect(last.results.heartbeats).toBeGreaterThan(0);
    // the least of several hours each: what else runs on the machine makes single hours twice as long
    const least = (from: number, to: number) => Math.min(...simulated.hours.slice(from, to).map(({ cpuMs }) => cpuMs));
    expect(least(6, 10) / least(1, 5)).toBeLessThan(1.5);
    expect(simulated.faults).toEqual([]);
  });

  it('stamp to the millisecond, without drift', () => {
    const mediaEndMs = HOURS * 3600_000;
    expect(simulated.lastWindowEndMs).toEqual(Array(SESSIONS).fill(mediaEndMs));
    expect(simulated.durationMs).toEqual(Array(SESSIONS).fill(mediaEndMs));
  });
});
