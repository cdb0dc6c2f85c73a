import type { LiveSession } from '@rapport-live/protocol';
import { TRAIL_HEIGHT, TRAIL_WIDTH, trailPaths } from './trail-path';

/** A minute. The protocol's own constant would bring its schemas along. */
const WINDOWS = 60;

/** How pleasant the last minute was. Said in words by the trend, so a drawing alone. */
export function Trail({ trail }: Pick<LiveSession, 'trail'>) {
  return (
    <svg
      class="trail"
      viewBox={`-3 -3 ${TRAIL_WIDTH + 6} ${TRAIL_HEIGHT + 6}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <line class="middle" x1="0" x2={TRAIL_WIDTH} y1={TRAIL_HEIGHT / 2} y2={TRAIL_HEIGHT / 2} />
      {/* without keys: a line that goes on is the same element, and drawn on */}
      {trailPaths(trail, WINDOWS).map((path) => (
        <path d={path} />
      ))}
    </svg>
  );
}
