import { DeadlineTimer } from './deadline-timer';
import { Deadlines } from './deadlines';
import { ScriptedClock } from './testing/scripted-clock';

function timersOf(count: number) {
  const clock = new ScriptedClock();
  const deadlines = new Deadlines(clock);
  const fired: [number, number][] = [];
  const timers = Array.from({ length: count }, (_, i) => {
    return new DeadlineTimer(deadlines, () => fired.push([i, clock.nowMs()]));
  });
  return { clock, fired, timers };
}

describe('DeadlineTimer', () => {
  it('comes at the deadline that was asked for last', () => {
    const { clock, fired, timers } = timersOf(1);
    timers[0]!.arm(500);
    timers[0]!.arm(700);
    timers[0]!.arm(300);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1000);
    timers[0]!.arm(1200);
    timers[0]!.arm(Infinity);
    clock.advance(1000);
    timers[0]!.arm(2500);
    timers[0]!.cancel();
    expect([fired, clock.pendingTimers]).toEqual([[[0, 300]], 0]);
  });

  it('shares one timer with all others, each at its own time', () => {
    const { clock, fired, timers } = timersOf(3);
    timers[0]!.arm(400);
    timers[1]!.arm(200);
    timers[2]!.arm(600);
    expect(clock.pendingTimers).toBe(1);
    timers[1]!.cancel();
    timers[0]!.arm(900);
    clock.advance(1000);
    expect([fired, clock.pendingTimers]).toEqual([
      [
        [2, 600],
        [0, 900],
      ],
      0,
    ]);
  });

  // The deadline of a stream that goes on moves with every frame; a timer of its own came for each one before, once a second.
  it('wakes nobody for deadlines that move on in time', () => {
    const { clock, timers } = timersOf(4);
    const at = jest.spyOn(clock, 'at');
    for (let atMs = 0; atMs < 10_000; atMs += 100) {
      clock.advanceTo(atMs);
      for (const timer of timers) timer.arm(atMs + 1000);
    }
    expect(at.mock.calls.length).toBeLessThanOrEqual(12);
  });

  it('goes on for the others when one of them throws', () => {
    const { clock, fired, timers } = timersOf(1);
    const deadlines = new Deadlines(clock);
    const bad = new DeadlineTimer(deadlines, () => {
      throw new Error('a consumer');
    });
    const good = new DeadlineTimer(deadlines, () => fired.push([1, clock.nowMs()]));
    bad.arm(100);
    good.arm(100);
    expect(() => clock.advance(100)).toThrow('a consumer');
    clock.advance(0);
    expect([fired, timers.length]).toEqual([[[1, 100]], 1]);
  });
});
