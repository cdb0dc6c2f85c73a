import { RapportError } from '@rapport-live/protocol';
import type { HopFailed } from '../facts/encoded-fact';

/** What a job took, ms. */
export interface JobCost {
  readonly waitMs: number;
  readonly modelMs: number;
}

export const NO_COST: JobCost = { waitMs: 0, modelMs: 0 };

/** Of jobs that ran side by side, the one that the others waited for. */
export function slowest(costs: readonly JobCost[]): JobCost {
  return costs.reduce((a, b) => (b.waitMs + b.modelMs > a.waitMs + a.modelMs ? b : a), NO_COST);
}

/** Why the pool refused, dropped or failed a job: all are expected. Anything else is a fault of ours and goes on as one. */
export function failureReason(error: unknown): HopFailed['reason'] {
  if (error instanceof RapportError && error.code === 'overloaded') return 'queue_full';
  if (error instanceof RapportError && error.code === 'inference_failed') return 'inference_failed';
  if (error instanceof RapportError && error.code === 'deadline_passed') return 'deadline';
  if (error instanceof RapportError && error.code === 'job_quarantined') return 'job_quarantined';
  throw error;
}
