import { JOB_CLASSES, type JobClass } from '../../inference/inference-pool';

/**
 * The order of all work, in one place (design rule 15): classes by urgency, round robin over the sessions inside a
 * class, first come first served inside a session. A job already begun comes before new ones of its class. Fusion is a
 * twentieth of the work of its window and all that still lacks: it waits for no encoder, of whatever session.
 *
 * A worker may get several jobs in one message and answers with one: each message wakes both threads, which costs more
 * than a small job does. Voice activity goes together whoever it is for, assessments with those of their own session,
 * which waits for all of them anyway. Between two of them the worker looks whether something more urgent waits, once it
 * has had its turn for `MIN_TURN_MS`.
 *
 * A job that was not begun by its deadline is dropped, whoever it is for and wherever it stands (`takeExpired`): work that
 * comes too late for its result only makes the next one late too. How long each class may wait stands in `JOB_DEADLINES`.
 */

export interface Schedulable {
  readonly sessionId: string;
  readonly jobClass: JobClass;
  /** Never in one message with others. */
  readonly alone: boolean;
  /** Of the input, while it waits. */
  readonly bytes: number;
  /** When it can no longer begin, on the clock of the pool; Infinity: never. */
  readonly deadlineAtMs: number;
}

export interface QueueBounds {
  /** Jobs that may wait. */
  readonly maxQueuedJobs: number;
  /** Bytes of input that may wait. */
  readonly maxQueuedBytes: number;
}

export function moreUrgent(a: JobClass, b: JobClass): boolean {
  return JOB_CLASSES.indexOf(a) < JOB_CLASSES.indexOf(b);
}

/** A worker makes room no sooner than after so long, ms: two stills in a row, or two words of a transcript. */
export const MIN_TURN_MS = 20;

/** Jobs in one message, at most: 8 of voice activity take about as long as one still. */
const MAX_TOGETHER = 8;

/**
 * What a free worker does next: go on with a job that it has, or take some from the queue. `freeWorkers`: those that look
 * for work now, this one included; what another could do at once is left to it.
 */
export function nextWork<J extends Schedulable>(
  queue: JobQueue<J>,
  begun: readonly J[],
  freeWorkers = 1,
): { resume: J[] } | { start: J[] } | undefined {
  let first: J | undefined;
  for (const job of begun) if (!first || moreUrgent(job.jobClass, first.jobClass)) first = job;
  const waiting = queue.mostUrgent();
  if (first && !(waiting && moreUrgent(waiting, first.jobClass))) return { resume: togetherWith(first, begun) };
  const together = queue.takeTogether(Math.min(MAX_TOGETHER, Math.ceil(queue.length / freeWorkers)));
  return together.length > 0 ? { start: together } : undefined;
}

/** Those that came in one message with it and were left. */
function togetherWith<J extends Schedulable>(first: J, begun: readonly J[]): J[] {
  const { alone, jobClass, sessionId } = first;
  if (alone) return [first];
  return begun.filter((job) => !job.alone && job.jobClass === jobClass && job.sessionId === sessionId);
}

/** Jobs that wait, bounded. */
export class JobQueue<J extends Schedulable> {
  /** Of each class, the sessions in turn; the first is next. */
  private readonly turns = new Map<JobClass, Map<string, J[]>>(JOB_CLASSES.map((name) => [name, new Map()]));
  private jobs = 0;
  private bytes = 0;
  /** No later than the first deadline of those that wait. */
  private firstDeadlineMs = Infinity;

  constructor(private readonly bounds: QueueBounds) {}

  get length(): number {
    return this.jobs;
  }

  get queuedBytes(): number {
    return this.bytes;
  }

  /** How full it is: at 1 it refuses. */
  get share(): number {
    return Math.max(this.jobs / this.bounds.maxQueuedJobs, this.bytes / this.bounds.maxQueuedBytes);
  }

  /**
   * Queues a job, or says that there is no room. Partials make room for everything else, the newest first: they are
   * ephemeral and the first to be shed (rules 4 and 16). Those pushed out are returned.
   */
  push(job: J): { accepted: boolean; shed: J[] } {
    const shed: J[] = [];
    if (!this.fits(job) && job.jobClass !== 'partial' && this.wouldFitWithoutPartials(job)) {
      while (!this.fits(job)) {
        const partial = this.dropNewestPartial();
        if (!partial) break;
        shed.push(partial);
      }
    }
    if (!this.fits(job)) return { accepted: false, shed };
    this.insert(job, 'last');
    return { accepted: true, shed };
  }

  /** When to look for jobs past their deadline next: then or earlier. Infinity: no need. */
  get nextDeadlineMs(): number {
    return this.firstDeadlineMs;
  }

  /** Takes out what can no longer begin in time, the most urgent first. */
  takeExpired(nowMs: number): J[] {
    if (nowMs < this.firstDeadlineMs) return [];
    const expired: J[] = [];
    this.firstDeadlineMs = Infinity;
    for (const sessions of this.turns.values()) {
      for (const [sessionId, jobs] of sessions) {
        const left = jobs.filter((job) => job.deadlineAtMs > nowMs);
        for (const { deadlineAtMs } of left) this.firstDeadlineMs = Math.min(this.firstDeadlineMs, deadlineAtMs);
        if (left.length === jobs.length) continue;
        expired.push(...jobs.filter((job) => job.deadlineAtMs <= nowMs));
        // in place: the session keeps its turn
        if (left.length > 0) sessions.set(sessionId, left);
        else sessions.delete(sessionId);
      }
    }
    for (const job of expired) this.count(job, -1);
    return expired;
  }

  /** Puts a job back that had left the queue already: next of its class, whatever the bounds. */
  putBack(job: J): void {
    this.insert(job, 'first');
  }

  /** The class of the job that `take` would give. */
  mostUrgent(): JobClass | undefined {
    return JOB_CLASSES.find((name) => this.sessionsOf(name).size > 0);
  }

  take(): J | undefined {
    const jobClass = this.mostUrgent();
    const [sessionId] = jobClass ? this.sessionsOf(jobClass).keys() : [];
    return jobClass && this.takeOf(jobClass, sessionId as string);
  }

  /** The job that `take` would give and those that may go with it, `limit` at most. */
  takeTogether(limit: number): J[] {
    const first = this.take();
    if (!first) return [];
    const together = [first];
    while (!first.alone && together.length < limit) {
      const sessions = this.sessionsOf(first.jobClass);
      const [next] = first.jobClass === 'voice-activity' ? sessions.keys() : [first.sessionId];
      if (next === undefined || (sessions.get(next)?.[0]?.alone ?? true)) break;
      together.push(this.takeOf(first.jobClass, next));
    }
    return together;
  }

  /** Takes out all of one session. */
  takeSession(sessionId: string): J[] {
    const taken: J[] = [];
    for (const sessions of this.turns.values()) {
      taken.push(...(sessions.get(sessionId) ?? []));
      sessions.delete(sessionId);
    }
    for (const job of taken) this.count(job, -1);
    return taken;
  }

  /** Empties the queue. */
  takeAll(): J[] {
    const all: J[] = [];
    for (let job = this.take(); job; job = this.take()) all.push(job);
    return all;
  }

  /** The session goes to the end of the line. */
  private takeOf(jobClass: JobClass, sessionId: string): J {
    const sessions = this.sessionsOf(jobClass);
    const jobs = sessions.get(sessionId) as J[];
    const job = jobs.shift() as J;
    sessions.delete(sessionId);
    if (jobs.length > 0) sessions.set(sessionId, jobs);
    this.count(job, -1);
    return job;
  }

  private fits(job: J): boolean {
    return this.jobs < this.bounds.maxQueuedJobs && this.bytes + job.bytes <= this.bounds.maxQueuedBytes;
  }

  private wouldFitWithoutPartials(job: J): boolean {
    const partials = [...this.sessionsOf('partial').values()].flat();
    const freed = partials.reduce((sum, partial) => sum + partial.bytes, 0);
    return (
      this.jobs - partials.length < this.bounds.maxQueuedJobs &&
      this.bytes - freed + job.bytes <= this.bounds.maxQueuedBytes
    );
  }

  private dropNewestPartial(): J | undefined {
    const sessions = this.sessionsOf('partial');
    const [sessionId, jobs] = [...sessions].at(-1) ?? [];
    const job = jobs?.pop();
    if (sessionId !== undefined && jobs?.length === 0) sessions.delete(sessionId);
    if (job) this.count(job, -1);
    return job;
  }

  private insert(job: J, place: 'first' | 'last'): void {
    const sessions = this.sessionsOf(job.jobClass);
    const own = sessions.get(job.sessionId) ?? [];
    if (place === 'last') {
      own.push(job);
      sessions.set(job.sessionId, own);
    } else {
      own.unshift(job);
      const others = [...sessions].filter(([sessionId]) => sessionId !== job.sessionId);
      this.turns.set(job.jobClass, new Map([[job.sessionId, own], ...others]));
    }
    this.firstDeadlineMs = Math.min(this.firstDeadlineMs, job.deadlineAtMs);
    this.count(job, 1);
  }

  private count(job: J, sign: 1 | -1): void {
    this.jobs += sign;
    this.bytes += sign * job.bytes;
  }

  private sessionsOf(jobClass: JobClass): Map<string, J[]> {
    return this.turns.get(jobClass) as Map<string, J[]>;
  }
}
