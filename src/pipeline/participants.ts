import type { ParticipantUpdate } from '@rapport-live/protocol';
import type { StreamUpdated } from '../facts/stream-fact';

/** Updates remembered, so that the same one sent again says nothing new. */
const MAX_KNOWN = 256;

/** Who joined, left, is on hold: each word of it once, as a fact in media time. */
export class Participants {
  private readonly known = new Set<string>();
  /** Times of participants that were given: they are the key of an event. */
  private readonly taken = new Set<string>();

  /** Undefined: it was told before. */
  tell({ action, party, participantId, streamId, ptsMs }: ParticipantUpdate): StreamUpdated | undefined {
    let mediaMs = Math.round(ptsMs);
    const same = JSON.stringify([action, party, participantId, streamId, mediaMs]);
    if (this.known.has(same)) return undefined;
    remember(this.known, same);
    while (this.taken.has(`${mediaMs} ${participantId}`)) mediaMs += 1;
    remember(this.taken, `${mediaMs} ${participantId}`);
    return {
      kind: 'updated',
      update: 'participant',
      mediaMs,
      ...(participantId === undefined ? {} : { scope: participantId }),
      detail: { action, party, ...(streamId === undefined ? {} : { streamId }) },
    };
  }
}

function remember(set: Set<string>, value: string): void {
  set.add(value);
  if (set.size > MAX_KNOWN) set.delete(set.values().next().value!);
}
