import type { CloudEvent } from '@rapport-live/protocol';
import type { SessionResult } from '../../delivery/session-result';

/** Utterances that go on, of a session: one of each voice at a time, so these are more than there can be. */
const MAX_OPEN = 16;

/** The newest partial transcript of each utterance that goes on: what a client that comes back has missed. */
export class OpenPartials {
  private readonly byUtterance = new Map<string, CloudEvent>();

  told(result: SessionResult, event: CloudEvent): void {
    if (result.type !== 'rapport.transcript.partial') return;
    const { utteranceId } = result.data;
    this.byUtterance.delete(utteranceId);
    this.byUtterance.set(utteranceId, event);
    if (this.byUtterance.size > MAX_OPEN) this.byUtterance.delete(this.byUtterance.keys().next().value!);
  }

  /** The utterance is closed: its final says it all, or nothing was said. */
  close(utteranceId: string): void {
    this.byUtterance.delete(utteranceId);
  }

  /** Oldest first. */
  newest(): readonly CloudEvent[] {
    return [...this.byUtterance.values()];
  }
}
