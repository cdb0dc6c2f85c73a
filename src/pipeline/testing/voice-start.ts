import type { SessionStart } from '@rapport-live/protocol';

/** Of a session by voice that has no streams yet. */
export const VOICE_START: SessionStart = {
  type: 'session.start',
  streams: [],
  pace: 1,
  partials: false,
  session: { channel: 'voice', consent: { analysis: true } },
};
