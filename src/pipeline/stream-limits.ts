import type { Limits } from '@rapport-live/protocol';

export const STREAM_LIMITS = Symbol('StreamLimits');

/** The part of `session.ready`'s limits that streams decide. */
export type StreamLimits = Pick<Limits, 'maxStillPixels' | 'maxUtteranceMs' | 'allowedLatenessMs'>;
