import type { CloudEvent } from '@rapport-live/protocol';
import type { Observable } from 'rxjs';
import type { DurableRecord, SessionIdentity, SessionResult } from './session-result';

export const RESULT_STORE = Symbol('ResultStore');

/** Where results become durable and are read back. With role `all` it is the outbox. */
export interface ResultStore {
  /**
   * Makes the result durable (group commit within 10 ms) and gives its seq; the first record written with an id
   * wins, a second one resolves to null. Results of one session keep the order of the calls.
   * While the disk refuses it waits; rejects with RapportError when too much waits already.
   */
  append(session: SessionIdentity, result: SessionResult): Promise<DurableRecord | null>;
  /** Undefined while results become durable as they come; while the disk refuses them, resolves once it takes them again. */
  room(): Promise<void> | undefined;
  /** Durable records of the session with seq > afterSeq, old ones first, then live ones; completes after `close`. */
  subscribe(session: SessionIdentity, afterSeq: number): Observable<DurableRecord>;
  /** Seq of the session's newest durable record; 0 before the first, and for a session that is not known. */
  lastSeq(session: SessionIdentity): number;
  /** Nothing more will come for this session: subscribers complete, what was kept in memory for it is freed. */
  close(session: SessionIdentity): Promise<void>;
  /** Sessions that a process before this one left without their end. */
  unfinished(): readonly SessionIdentity[];
}

export type { CloudEvent };
