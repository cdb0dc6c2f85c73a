import { JOB_CLASSES, type JobClass } from '../../inference/inference-pool';

/**
 * The order of all work, in one place (design rule 15): classes by urgency, round robin over the sessions inside a
 * class, first come first served inside a session. A job already begun comes before new ones of its class.
 */

export interface Schedulable {
  readonly sessionId: string;
  readonly jobClass: JobClass;
  /** Of the input, while it waits. */
  readonly bytes: number;
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

/** What a free worker does next: go on with a job it has begun, or take one from the queue. */
export function nextWork<J extends Schedulable>(
  queue: JobQueue<J>,
  begun: Iterable<J>,
): { resume: J } | { start: J } | undefined {
  let first: J | undefined;
  for (const job of begun) if (!first || moreUrgent(job.jobClass, first.jobClass)) first = job;
  const waiting = queue.mostUrgent();
  if (first && !(waiting && moreUrgent(waiting, first.jobClass))) return { resume: first };
  const job = queue.take();
  return job && { start: job };
}

/** Jobs that wait, bounded. */
export class JobQueue<J extends Schedulable> {
  /** Of each class, the sessions in turn; the first is next. */
  private readonly turns = new Map<JobClass, Map<string, J[]>>(JOB_CLASSES.map((name) => [name, new Map()]));
  private jobs = 0;
  private bytes = 0;

  constructor(private readonly bounds: QueueBounds) {}

  get length(): number {
    return this.jobs;
  }

  get queuedBytes(): number {
    return this.bytes;
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
    if (!jobClass) return undefined;
    const sessions = this.sessionsOf(jobClass);
    const [sessionId, jobs] = sessions.entries().next().value as [string, J[]];
    const job = jobs.shift() as J;
    // The session goes to the end of the line.
    sessions.delete(sessionId);
    if (jobs.length > 0) sessions.set(sessionId, jobs);
    this.count(job, -1);
    return job;
  }

  /** Empties the queue. */
  takeAll(): J[] {
    const all: J[] = [];
    for (let job = this.take(); job; job = this.take()) all.push(job);
    return all;
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
