import { EVENTS } from '@rapport-live/protocol';
import { EMPTY } from 'rxjs';
import { toCloudEvent } from '../../delivery/cloud-event';
import type { ResultStore } from '../../delivery/result-feed';
import type { DurableRecord, SessionIdentity, SessionResult } from '../../delivery/session-result';

/** Keeps results in memory, as they were handed over; nobody can subscribe. */
export class KeepingStore implements ResultStore {
  readonly results: SessionResult[] = [];

  async append(identity: SessionIdentity, result: SessionResult): Promise<DurableRecord> {
    this.results.push(result);
    const event = toCloudEvent(identity, result, new Date(0));
    return { seq: this.results.length, topic: EVENTS[result.type].topic!, event };
  }
  room = () => undefined;
  subscribe = () => EMPTY;
  lastSeq = () => this.results.length;
  close = async () => {};
  unfinished = () => [];
}
