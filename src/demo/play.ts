import type { RapportSession } from '@rapport-live/client';
import type { Cue, SampleCall } from './sample-call';

type ParticipantWord = Parameters<RapportSession['participant']>[0];

/** As the client library takes it. */
export function wordOf({ ptsMs, action, party }: Extract<Cue, { kind: 'participant' }>): ParticipantWord {
  return { ptsMs, action, party };
}

/**
 * Sends a call at `pace` media seconds a second, each cue on its own deadline, so that lateness does not add up.
 * Resolves when everything is sent.
 */
export async function play(
  session: RapportSession,
  call: SampleCall,
  pace: number,
  signal?: AbortSignal,
): Promise<void> {
  const startMs = performance.now();
  for (const cue of call.cues) {
    // timers count whole milliseconds, and would fire before the deadline: what is due together leaves together
    const waitMs = Math.ceil(startMs + cue.ptsMs / pace - performance.now());
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    if (signal?.aborted) return;
    if (cue.kind === 'chat') session.chat({ party: cue.party, text: cue.text, ptsMs: cue.ptsMs });
    else if (cue.kind === 'participant') session.participant(wordOf(cue));
    // Not awaited: without credit a stream waits by itself, while the others go on.
    else session.send(cue.streamId, cue.payload, cue.ptsMs).catch(() => {});
  }
}
