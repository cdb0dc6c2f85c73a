import fc from 'fast-check';
import { SHED_STEPS } from '@rapport-live/protocol';
import { ShedController } from './shed-controller';
import { SHED_DEFAULTS } from './shed-options';

const { enterAfterMs, leaveAfterMs, maxLeaveAfterMs, enterLatenessMs, leaveLatenessMs, windowMs } = SHED_DEFAULTS;
const HIGH = enterLatenessMs + 1;
const BETWEEN = (enterLatenessMs + leaveLatenessMs) / 2;
const LOW = leaveLatenessMs - 1;

/** An assessment each 200 ms, of a lateness that the test says. */
class Load {
  nowMs = 1000;
  queueShare = 0;
  readonly changes: [atMs: number, step: string, active: boolean][] = [];
  readonly controller = new ShedController(
    {},
    () => this.queueShare,
    (step, active) => this.changes.push([this.nowMs, step, active]),
  );

  for(ms: number, latenessMs: number, finalMs?: number): this {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += 200;
      this.controller.assessmentStood(this.nowMs, latenessMs);
      if (finalMs !== undefined) this.controller.finalStood(this.nowMs, finalMs);
    }
    return this;
  }

  get steps() {
    return this.controller.steps(this.nowMs);
  }
}

it('gives up nothing while all is well, however long, nor for a hiccup', () => {
  const load = new Load().for(60_000, LOW).for(200, 30_000).for(60_000, LOW);
  expect([load.steps, load.changes]).toEqual([[], []]);
});

it('takes one step after the other in their order while pressure stands, and no more than there are', () => {
  const load = new Load().for(enterAfterMs * 7, HIGH);
  expect(load.changes.map(([, step, active]) => [step, active])).toEqual(SHED_STEPS.map((step) => [step, true]));
  const gaps = load.changes.map(([atMs], i) => atMs - (load.changes[i - 1]?.[0] ?? 1200));
  for (const gap of gaps) expect(gap).toBe(enterAfterMs);
  expect(load.steps).toEqual(SHED_STEPS);
  expect(load.controller.taken).toEqual([1, 1, 1, 1, 1]);
});

it.each([
  ['transcripts that come late', (load: Load) => load.for(enterAfterMs + 400, LOW, SHED_DEFAULTS.enterFinalMs + 1)],
  [
    'a queue that fills',
    (load: Load) => {
      load.queueShare = SHED_DEFAULTS.enterQueueShare + 0.01;
      return load.for(enterAfterMs + 400, LOW);
    },
  ],
])('%s are pressure too', (_what, press) => {
  expect(press(new Load()).steps).toEqual(['partials']);
});

it('stays where it is between the bounds', () => {
  const load = new Load().for(enterAfterMs + 400, HIGH).for(600_000, BETWEEN);
  expect(load.steps).toEqual(['partials']);
});

it('takes steps back by itself, the last first, each after its time', () => {
  const load = new Load().for(2 * enterAfterMs + 400, HIGH);
  expect(load.steps).toEqual(['partials', 'video_rate']);
  load.for(windowMs + leaveAfterMs, LOW);
  expect(load.steps).toEqual(['partials']);
  load.for(leaveAfterMs, LOW);
  expect(load.steps).toEqual([]);
});

it('takes them back too when nobody calls any more', () => {
  const load = new Load().for(3 * enterAfterMs + 400, HIGH);
  expect(load.steps).toHaveLength(3);
  load.nowMs += windowMs + 2 * leaveAfterMs + 1000;
  expect(load.steps).toEqual(['partials']);
  load.nowMs += 3_600_000;
  expect(load.steps).toEqual([]);
});

it('waits twice as long each time a step was taken back too early, up to a bound, and forgets it', () => {
  const load = new Load();
  const until = (active: boolean): number => {
    const [before, count] = [load.nowMs, load.changes.length];
    while (load.changes.length === count) load.for(200, active ? HIGH : LOW);
    return load.nowMs - before;
  };
  until(true);
  const waits = Array.from({ length: 7 }, () => {
    const waited = until(false);
    until(true);
    return Math.round((waited - windowMs) / 1000) * 1000;
  });
  const doubled = [1, 2, 4, 8, 16, 16, 16].map((times) => Math.min(times * leaveAfterMs, maxLeaveAfterMs));
  expect(waits).toEqual(doubled);
  until(false);
  load.for(maxLeaveAfterMs + 1000, LOW);
  until(true);
  expect(Math.round((until(false) - windowMs) / 1000) * 1000).toBe(leaveAfterMs);
});

/** Whatever the load does. */
it('always has the first steps in force, moves by one at a time, and comes back to none', () => {
  const part = fc.record({ ms: fc.integer({ min: 200, max: 40_000 }), lateMs: fc.integer({ min: 0, max: 4000 }) });
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const load = new Load();
      for (const { ms, lateMs } of parts) load.for(ms, lateMs);
      let level = 0;
      for (const [, step, active] of load.changes) {
        expect(step).toBe(SHED_STEPS[active ? level : level - 1]);
        level += active ? 1 : -1;
      }
      expect(load.steps).toEqual(SHED_STEPS.slice(0, level));
      load.for(windowMs + 5 * maxLeaveAfterMs + 1000, LOW);
      expect(load.steps).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
