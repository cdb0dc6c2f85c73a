import type { LaneHost } from '../lane';

/** A session around one lane that has room for everything and listens to nothing but drops. */
export function laneHost(drop: LaneHost['drop']): LaneHost {
  return {
    watermarkMs: 0,
    isWatermarkAwaited: false,
    roomForUtterance: () => true,
    utterance: () => {},
    gap: () => {},
    notice: () => {},
    drop,
    wake: () => {},
  };
}
