import fc from 'fast-check';
import { JOB_CLASSES, type JobClass } from '../../inference/inference-pool';
import { JobQueue, nextWork, type Schedulable } from './scheduling';

interface Job extends Schedulable {
  readonly name: string;
}
const job = (name: string, jobClass: JobClass, sessionId = 'a', bytes = 1, alone = false): Job => ({
  name,
  jobClass,
  sessionId,
  bytes,
  alone,
  deadlineAtMs: Infinity,
});
const due = (deadlineAtMs: number, one: Job): Job => ({ ...one, deadlineAtMs });
const queueOf = (...jobs: Job[]) => {
  const queue = new JobQueue<Job>({ maxQueuedJobs: 1000, maxQueuedBytes: 1000 });
  for (const each of jobs) queue.push(each);
  return queue;
};
const names = (jobs: readonly Job[]) => jobs.map((each) => each.name);

describe('JobQueue', () => {
  it('gives the classes in their order, whatever came first', () => {
    const queue = queueOf(job('p', 'partial'), job('f', 'final'), job('a', 'assessment'), job('v', 'voice-activity'));
    expect(names(queue.takeAll())).toEqual(['v', 'a', 'f', 'p']);
  });

  it('a window whose tokens were there waited for the encoders of all sessions, and for those of its next hop in one message', () => {
    const queue = queueOf(job('voice of b', 'assessment', 'b'), job('next voice of a', 'assessment', 'a'));
    queue.push(job('fusion of a', 'fusion', 'a'));
    expect(names(queue.takeTogether(8))).toEqual(['fusion of a']);
    expect(names(queue.takeAll())).toEqual(['voice of b', 'next voice of a']);
  });

  it('lets one session go, and counts what is left', () => {
    const queue = queueOf(job('1', 'final', 'a', 5), job('2', 'partial', 'a', 5), job('3', 'final', 'b', 7));
    expect(names(queue.takeSession('a'))).toEqual(['1', '2']);
    expect([queue.length, queue.queuedBytes]).toEqual([1, 7]);
    expect(names(queue.takeSession('nobody'))).toEqual([]);
    expect(names(queue.takeAll())).toEqual(['3']);
  });

  it('goes round the sessions inside a class', () => {
    const busy = ['1', '2', '3'].map((name) => job(name, 'final', 'busy'));
    const queue = queueOf(...busy, job('x', 'final', 'quiet'), job('y', 'final', 'other'));
    expect(names(queue.takeAll())).toEqual(['1', 'x', 'y', '2', '3']);
  });

  it('never lets a session wait for more than one job of every other session of its class', () => {
    const sessions = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sessions, (sessionIds) => {
        const taken = queueOf(...sessionIds.map((id, i) => job(String(i), 'final', id))).takeAll();
        expect(taken).toHaveLength(sessionIds.length);
        taken.forEach((one, at) => {
          const previous = taken.slice(0, at).findLastIndex((each) => each.sessionId === one.sessionId);
          const between = taken.slice(previous + 1, at).map((each) => each.sessionId);
          expect(new Set(between).size).toBe(between.length);
        });
      }),
    );
  });

  it('keeps the order inside a session and counts what waits', () => {
    const classes = fc.array(fc.constantFrom(...JOB_CLASSES), { maxLength: 30 });
    fc.assert(
      fc.property(classes, (jobClasses) => {
        const queue = queueOf(...jobClasses.map((each, i) => job(String(i), each, 'one', i)));
        expect(queue.queuedBytes).toBe(jobClasses.reduce((sum, _each, i) => sum + i, 0));
        const taken = queue.takeAll();
        for (const each of JOB_CLASSES) {
          const order = taken.filter((one) => one.jobClass === each).map((one) => Number(one.name));
          expect(order).toEqual([...order].sort((a, b) => a - b));
        }
        expect([queue.length, queue.queuedBytes]).toEqual([0, 0]);
      }),
    );
  });

  it('refuses what passes its bounds', () => {
    const queue = new JobQueue<Job>({ maxQueuedJobs: 2, maxQueuedBytes: 10 });
    expect(queue.push(job('big', 'final', 'a', 11)).accepted).toBe(false);
    expect(queue.push(job('1', 'final', 'a', 8)).accepted).toBe(true);
    expect(queue.push(job('2', 'assessment', 'a', 3)).accepted).toBe(false);
    expect(queue.push(job('3', 'assessment', 'a', 2)).accepted).toBe(true);
    expect(queue.push(job('4', 'assessment', 'a', 0)).accepted).toBe(false);
  });

  it('sheds partials for anything else, the newest first and no more than needed', () => {
    const queue = new JobQueue<Job>({ maxQueuedJobs: 3, maxQueuedBytes: 100 });
    for (const name of ['1', '2', '3']) queue.push(job(name, 'partial', name));
    expect(queue.push(job('4', 'partial'))).toEqual({ accepted: false, shed: [] });
    expect(names(queue.push(job('f', 'final')).shed)).toEqual(['3']);
    expect(queue.push(job('too big', 'final', 'a', 101))).toEqual({ accepted: false, shed: [] });
    expect(names(queue.takeAll())).toEqual(['f', '1', '2']);
  });

  it('puts a job back before all others of its class', () => {
    const queue = queueOf(job('1', 'final', 'a'), job('2', 'final', 'b'));
    queue.putBack(job('again', 'final', 'b'));
    expect(names(queue.takeAll())).toEqual(['again', '1', '2']);
  });
});

describe('JobQueue, deadlines', () => {
  it('takes out what can no longer begin, wherever it stands, and says when to look next', () => {
    const queue = queueOf(
      due(30, job('f', 'final', 'a')),
      due(10, job('late', 'final', 'a')),
      due(10, job('late too', 'assessment', 'b')),
      job('whenever', 'partial', 'b'),
    );
    expect(queue.nextDeadlineMs).toBe(10);
    expect(queue.takeExpired(9)).toEqual([]);
    expect(names(queue.takeExpired(10))).toEqual(['late too', 'late']);
    expect([queue.length, queue.queuedBytes, queue.nextDeadlineMs]).toEqual([2, 2, 30]);
    expect(names(queue.takeAll())).toEqual(['f', 'whenever']);
  });

  it('leaves a session its turn', () => {
    const queue = queueOf(due(1, job('1', 'final', 'a')), job('2', 'final', 'a'), job('x', 'final', 'b'));
    queue.takeExpired(1);
    expect(names(queue.takeAll())).toEqual(['2', 'x']);
  });

  /** Overload by chance: whatever is pushed, taken, put back and expires, in whatever order. */
  it('stays within its bounds, begins nothing late, and every job comes out exactly once', () => {
    const push = fc.record({
      do: fc.constant('push' as const),
      jobClass: fc.constantFrom(...JOB_CLASSES),
      sessionId: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      bytes: fc.integer({ min: 0, max: 400 }),
      withinMs: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(Infinity)),
    });
    const take = fc.record({ do: fc.constantFrom('take' as const, 'take and put back' as const) });
    const pass = fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 30 }) });
    const bounds = { maxQueuedJobs: 12, maxQueuedBytes: 1000 };
    const ran = fc.array(fc.oneof({ weight: 4, arbitrary: push }, take, pass), { maxLength: 120 });
    fc.assert(
      fc.property(ran, (steps) => {
        const queue = new JobQueue<Job>(bounds);
        const out: string[] = [];
        const putBack = new Set<string>();
        let [nowMs, pushed] = [0, 0];
        const gone = (jobs: readonly Job[]): void => void out.push(...names(jobs));
        for (const one of steps) {
          if (one.do === 'pass') nowMs += one.ms;
          const late = queue.takeExpired(nowMs);
          expect(late.every(({ deadlineAtMs }) => deadlineAtMs <= nowMs)).toBe(true);
          gone(late);
          if (one.do === 'push') {
            const { jobClass, sessionId, bytes, withinMs } = one;
            const made = due(nowMs + withinMs, job(`${pushed++}`, jobClass, sessionId, bytes));
            const { accepted, shed } = queue.push(made);
            gone(shed);
            if (!accepted) gone([made]);
            expect(shed.every((each) => each.jobClass === 'partial')).toBe(true);
          } else if (one.do !== 'pass') {
            for (const taken of queue.takeTogether(3)) {
              expect(taken.deadlineAtMs).toBeGreaterThan(nowMs);
              // at most once, as a job that ended one worker
              if (one.do === 'take' || putBack.has(taken.name)) gone([taken]);
              else {
                putBack.add(taken.name);
                queue.putBack(taken);
              }
            }
          }
          expect(queue.length).toBeLessThanOrEqual(bounds.maxQueuedJobs);
          expect(queue.queuedBytes).toBeLessThanOrEqual(bounds.maxQueuedBytes);
          expect(queue.length + out.length).toBe(pushed);
        }
        gone(queue.takeAll());
        expect([queue.length, queue.queuedBytes]).toEqual([0, 0]);
        expect(out.sort()).toEqual(Array.from({ length: pushed }, (_, i) => `${i}`).sort());
      }),
    );
  });
});

describe('nextWork', () => {
  it('goes on with a begun job unless something more urgent waits', () => {
    const begun = [job('begun', 'final')];
    expect(nextWork(queueOf(job('f', 'final'), job('p', 'partial')), begun)).toEqual({ resume: begun });
    expect(nextWork(queueOf(job('v', 'voice-activity')), begun)).toMatchObject({ start: [{ name: 'v' }] });
  });

  it('goes on with the most urgent of several', () => {
    const begun = [job('p', 'partial'), job('f', 'final')];
    expect(nextWork(queueOf(), begun)).toEqual({ resume: [begun[1]] });
  });

  it('goes on with all that is left of one message', () => {
    const left = [job('still 1', 'assessment'), job('still 2', 'assessment'), job('other', 'assessment', 'b')];
    expect(nextWork(queueOf(), left)).toEqual({ resume: left.slice(0, 2) });
  });

  const started = (queue: JobQueue<Job>, freeWorkers = 1): string[] => {
    const work = nextWork(queue, [], freeWorkers);
    return work && 'start' in work ? names(work.start) : [];
  };

  it('takes voice activity together, whoever it is for, and nothing else with it', () => {
    const voice = ['a', 'b', 'c'].map((id) => job(id, 'voice-activity', id));
    const queue = queueOf(job('t', 'assessment'), ...voice);
    expect(started(queue)).toEqual(['a', 'b', 'c']);
    expect(started(queue)).toEqual(['t']);
  });

  it('takes the jobs of one hop together, not those of another session', () => {
    const queue = queueOf(job('1', 'assessment'), job('other', 'assessment', 'b'), job('2', 'assessment'));
    expect(started(queue)).toEqual(['1', '2']);
    expect(started(queue)).toEqual(['other']);
  });

  it('joins nothing to a job that is to be alone, and that to none', () => {
    const alone = (name: string) => job(name, 'assessment', 'a', 1, true);
    const queue = queueOf(job('1', 'assessment'), alone('2'), alone('3'), job('4', 'assessment'));
    expect([started(queue), started(queue), started(queue), started(queue)]).toEqual([['1'], ['2'], ['3'], ['4']]);
  });

  it('bounds what goes together, and leaves to the next free worker what it can take at once', () => {
    const voice = (count: number) => Array.from({ length: count }, (_, i) => job(`${i}`, 'voice-activity', `${i}`));
    expect(started(queueOf(...voice(20)))).toHaveLength(8);
    const queue = queueOf(...voice(5));
    expect([started(queue, 2).length, started(queue, 1).length]).toEqual([3, 2]);
  });

  it('has nothing to do when nothing waits', () => {
    expect(nextWork(queueOf(), [])).toBeUndefined();
  });
});
