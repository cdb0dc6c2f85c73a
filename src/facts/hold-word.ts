import type { Party } from '@rapport-live/protocol';
import type { OnHold } from './on-hold';
import type { StreamUpdated } from './stream-fact';

/** What a word of a participant means for holds. */
export interface HoldWord {
  readonly begins: boolean;
  readonly who: OnHold;
  readonly atMs: number;
}

/** Undefined for what says nothing of a hold. Who leaves is on hold no more. */
export function holdWordOf({ update, mediaMs, scope, detail }: StreamUpdated): HoldWord | undefined {
  const { action, party, streamId } = detail;
  if (update !== 'participant') return undefined;
  if (action !== 'hold' && action !== 'unhold' && action !== 'left') return undefined;
  const who: OnHold = {
    party: party as Party,
    ...(scope === undefined ? {} : { participantId: scope }),
    ...(typeof streamId === 'number' ? { streamId } : {}),
  };
  return { begins: action === 'hold', who, atMs: mediaMs };
}
