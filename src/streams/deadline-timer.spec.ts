import { DeadlineTimer } from './deadline-timer';
import { ScriptedClock } from './testing/scripted-clock';

describe('DeadlineTimer', () => {
  it('keeps one timer, at the earliest deadline asked for', () => {
    const clock = new ScriptedClock();
    const fired: number[] = [];
    const timer = new DeadlineTimer(clock, () => fired.push(clock.nowMs()));
    timer.arm(500);
    timer.arm(700);
    timer.arm(300);
    timer.arm(Infinity);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1000);
    expect(fired).toEqual([300]);
    timer.arm(1200);
    timer.cancel();
    expect(clock.pendingTimers).toBe(0);
  });
});
