import { SHED_STEPS, type ShedStep } from '@rapport-live/protocol';
import type { Shedding } from '../../facts/shedding';
import type { Hop, StreamUpdated } from '../../facts/stream-fact';

/**
 * What one session gives up: the steps of the process that concern it, taken and left at the start of a hop, where it is
 * announced. Between two hops nothing changes, so that the event says from which media time on it holds.
 */
export class SessionShedding {
  private inForce: readonly ShedStep[] = [];
  private readonly concerned: Set<ShedStep>;

  constructor(
    private readonly shedding: Shedding,
    wantsPartials: boolean,
  ) {
    this.concerned = new Set<ShedStep>(wantsPartials ? ['hop_2s', 'partials'] : ['hop_2s']);
  }

  /** Call when the work on a hop begins; what changed from its start on. */
  atHop({ hopStartMs, voices, stills }: Hop): StreamUpdated[] {
    if (voices.some(({ party }) => party === 'agent')) this.concerned.add('agent_transcript');
    if (stills.some(({ party }) => party === 'customer')) this.concerned.add('video_rate').add('video');
    const before = this.inForce;
    this.inForce = this.shedding.steps().filter((step) => this.concerned.has(step));
    return SHED_STEPS.filter((step) => before.includes(step) !== this.has(step)).map((step) => ({
      kind: 'updated',
      update: 'shed',
      mediaMs: hopStartMs,
      scope: step,
      detail: { step, active: this.has(step) },
    }));
  }

  has(step: ShedStep): boolean {
    return this.inForce.includes(step);
  }

  /** For results; of the two of video the one that says more. */
  get flags(): readonly ShedStep[] {
    return this.has('video') ? this.inForce.filter((step) => step !== 'video_rate') : this.inForce;
  }
}
