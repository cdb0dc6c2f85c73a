import type { StreamOptions } from './stream-options';

export interface IntakeLimits {
  readonly maxReorderFrames: number;
  readonly creditBytes: number;
  readonly creditStepBytes: number;
  /** Wall ms. */
  readonly idleAfterMs: number;
  readonly maxFrameMarks: number;
  /** Media ms. */
  readonly resyncMs: number;
}

/** @param pace media seconds a wall second that the sender means to send. */
export function intakeLimits(options: StreamOptions, creditBytes: number, pace: number): IntakeLimits {
  return {
    maxReorderFrames: options.maxReorderFrames,
    creditBytes,
    creditStepBytes: creditBytes * options.creditStepShare,
    idleAfterMs: Math.max(options.idleAfterMs / pace, options.minIdleWallMs),
    maxFrameMarks: options.maxFrameMarks,
    resyncMs: options.resyncMs,
  };
}
