import { SHED_STEPS, type ShedStep } from '@rapport-live/protocol';
import { SHED_DEFAULTS, type ShedOptions } from './shed-options';
import { SlidingP95 } from './sliding-p95';

export const SHED_CONTROLLER = Symbol('ShedController');

/** The signs of pressure as they stand. */
export interface Pressure {
  readonly latenessP95Ms: number;
  readonly finalP95Ms: number;
  /** 0 to 1. */
  readonly queueShare: number;
}

/**
 * Which steps of rule 16 are in force in this process: one more while pressure stands, one less once it is gone for long
 * enough. It holds for every session alike: a call is not worse off for having begun later, and the work left is shared
 * out by session as ever. Time only passes when somebody asks or tells; nobody asking is no pressure. Pure.
 */
export class ShedController {
  /** How often each step was taken, in the order of the steps. */
  readonly taken: number[] = SHED_STEPS.map(() => 0);
  private level = 0;
  private readonly options: ShedOptions;
  private readonly lateness: SlidingP95;
  private readonly finals: SlidingP95;
  private lookedAtMs = -Infinity;
  private highSinceMs: number | undefined;
  private lowSinceMs: number | undefined;
  private takenBackAtMs = -Infinity;
  private leaveAfterMs: number;

  constructor(
    options: Partial<ShedOptions>,
    private readonly queueShare: () => number,
    /** Told of each step as it is taken or taken back. */
    private readonly onChange: (step: ShedStep, active: boolean, pressure: Pressure) => void = () => {},
  ) {
    this.options = { ...SHED_DEFAULTS, ...options };
    const { windowMs, maxObservations, leaveAfterMs } = this.options;
    this.lateness = new SlidingP95(windowMs, maxObservations);
    this.finals = new SlidingP95(windowMs, maxObservations);
    this.leaveAfterMs = leaveAfterMs;
  }

  /** An assessment of a live session was ready so long after it was due, or has waited so long already. */
  assessmentStood(nowMs: number, lateMs: number): void {
    this.lateness.observe(nowMs, lateMs);
    this.look(nowMs);
  }

  /** The same of a transcript. */
  finalStood(nowMs: number, lateMs: number): void {
    this.finals.observe(nowMs, lateMs);
    this.look(nowMs);
  }

  steps(nowMs: number): readonly ShedStep[] {
    this.look(nowMs);
    return SHED_STEPS.slice(0, this.level);
  }

  pressure(nowMs: number): Pressure {
    return {
      latenessP95Ms: this.lateness.at(nowMs),
      finalP95Ms: this.finals.at(nowMs),
      queueShare: this.queueShare(),
    };
  }

  private look(nowMs: number): void {
    const { windowMs, lookEveryMs } = this.options;
    if (nowMs - this.lookedAtMs < lookEveryMs) return;
    // In a long silence nobody had work: what was seen before it says nothing, and it was all low.
    if (nowMs - this.lookedAtMs > windowMs) {
      this.highSinceMs = undefined;
      if (this.level > 0) this.lowSinceMs ??= this.lookedAtMs + windowMs;
    }
    this.lookedAtMs = nowMs;
    const pressure = this.pressure(nowMs);
    if (this.isHigh(pressure)) this.stands(nowMs, pressure);
    else if (this.isLow(pressure)) this.isGone(nowMs, pressure);
    else this.highSinceMs = this.lowSinceMs = undefined;
  }

  private stands(nowMs: number, pressure: Pressure): void {
    const { enterAfterMs, maxLeaveAfterMs, leaveAfterMs } = this.options;
    this.lowSinceMs = undefined;
    this.highSinceMs ??= nowMs;
    const step = SHED_STEPS[this.level];
    if (step === undefined || nowMs - this.highSinceMs < enterAfterMs) return;
    const relapsed = nowMs - this.takenBackAtMs < this.leaveAfterMs;
    // Only the first step after one was taken back says that it was too early.
    this.leaveAfterMs = relapsed ? Math.min(2 * this.leaveAfterMs, maxLeaveAfterMs) : this.leaveAfterMs;
    if (!relapsed && this.level === 0) this.leaveAfterMs = leaveAfterMs;
    this.takenBackAtMs = -Infinity;
    this.taken[this.level]! += 1;
    this.level += 1;
    this.highSinceMs = nowMs;
    this.onChange(step, true, pressure);
  }

  private isGone(nowMs: number, pressure: Pressure): void {
    this.highSinceMs = undefined;
    this.lowSinceMs ??= nowMs;
    while (this.level > 0 && nowMs - this.lowSinceMs >= this.leaveAfterMs) {
      this.level -= 1;
      this.lowSinceMs += this.leaveAfterMs;
      this.takenBackAtMs = this.lowSinceMs;
      this.onChange(SHED_STEPS[this.level]!, false, pressure);
    }
  }

  private isHigh({ latenessP95Ms, finalP95Ms, queueShare }: Pressure): boolean {
    const { enterLatenessMs, enterFinalMs, enterQueueShare } = this.options;
    return latenessP95Ms > enterLatenessMs || finalP95Ms > enterFinalMs || queueShare > enterQueueShare;
  }

  private isLow({ latenessP95Ms, finalP95Ms, queueShare }: Pressure): boolean {
    const { leaveLatenessMs, leaveFinalMs, leaveQueueShare } = this.options;
    return latenessP95Ms < leaveLatenessMs && finalP95Ms < leaveFinalMs && queueShare < leaveQueueShare;
  }
}
