import type { ShedStep } from '@rapport-live/protocol';

/** What the process gives up now, for the stages of its sessions. */
export interface Shedding {
  /** The steps in force, in their order (rule 16). */
  steps(): readonly ShedStep[];
}

/** For who never gives up anything. */
export const NO_SHEDDING: Shedding = { steps: () => [] };
