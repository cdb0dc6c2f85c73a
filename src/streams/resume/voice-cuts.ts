import type { MediaTimeline } from '../media-timeline';
import { FRAME_SAMPLES, SAMPLES_PER_MS } from '../stream-options';
import type { VoiceCut } from './restored-streams';

/** Where a voice lane stands. Ordinals, as in `PcmRing`. */
export interface VoiceStand {
  readonly timeline: MediaTimeline;
  /** Of the next voice-activity frame. */
  readonly cursor: number;
  readonly head: number;
  /** Sound before it is in utterances that were handed out, or in none. */
  readonly floor: number;
  /** Sound before it will not be cut any more. */
  readonly keepFrom: number;
}

/** How a voice is cut, for a process that would hear it from media ms `fromMs` on. Undefined: no sound came. */
export function voiceCut(
  { timeline, cursor, head, floor }: VoiceStand,
  fromMs: number,
): Omit<VoiceCut, 'name'> | undefined {
  const floorMedia = timeline.mediaAt(Math.max(0, floor));
  if (floorMedia === undefined) return undefined;
  const media = Math.round(fromMs * SAMPLES_PER_MS);
  const from = timeline.firstAtOrAfter(media, 0, head);
  // behind a jump of time frames begin anew, there as here
  const onGrid = timeline.mediaAt(from) === media && from <= cursor && timeline.nextHardStart(from) > cursor;
  return { floorMs: floorMedia / SAMPLES_PER_MS, skipSamples: onGrid ? (cursor - from) % FRAME_SAMPLES : 0 };
}

/** Start of the sound that an utterance, open or still to begin, may take; media ms, or Infinity. */
export function neededFromMs({ timeline, keepFrom, head }: VoiceStand): number {
  const from = Math.max(0, keepFrom);
  let first = timeline.mediaAt(from) ?? Infinity;
  timeline.within(-Infinity, Infinity, from, head, (_ordinal, _count, media) => {
    first = Math.min(first, media);
  });
  return first / SAMPLES_PER_MS;
}
