import type { SessionStartedData, TranscriptFinalData, TypedEvent } from '@rapport-live/protocol';
import { lastValueFrom, takeWhile, toArray } from 'rxjs';
import type { ResultStore } from '../../delivery/result-feed';
import type { DurableRecord, SessionIdentity } from '../../delivery/session-result';
import type { KeptCounts } from '../result-writer';

/** What the log says of a session that a process before this one left unfinished. */
export interface SessionHistory {
  readonly started: SessionStartedData;
  readonly traceparent: string | undefined;
  readonly resultSeq: number;
  readonly counts: KeptCounts;
  /** End of the last window that has a result, ms; 0 without one. */
  readonly lastWindowEndMs: number;
  /** Of the last announced gap, ms, or -1: no two are at one time. */
  readonly lastGapMs: number;
  readonly finals: readonly (TranscriptFinalData & { readonly seq: number })[];
  /** All of it, for whoever draws it. */
  readonly records: readonly DurableRecord[];
}

/** Undefined when the log does not hold the whole session any more, or nothing of it. */
export async function readHistory(store: ResultStore, session: SessionIdentity): Promise<SessionHistory | undefined> {
  const resultSeq = store.lastSeq(session);
  if (resultSeq === 0) return undefined;
  const all = store.subscribe(session, 0).pipe(
    takeWhile(({ seq }) => seq < resultSeq, true),
    toArray(),
  );
  const records = await lastValueFrom(all).catch(() => []);
  const events = records.map(({ event }) => event as TypedEvent);
  const [first] = events;
  if (first?.type !== 'rapport.session.started') return undefined;
  const history = {
    ...{ started: first.data, traceparent: first.traceparent, resultSeq, records },
    ...{ lastWindowEndMs: 0, lastGapMs: -1, counts: { assessments: 0, finals: 0 } },
    finals: [] as (TranscriptFinalData & { seq: number })[],
  };
  events.forEach((event, i) => {
    switch (event.type) {
      case 'rapport.window.assessed':
        history.counts.assessments++;
        history.lastWindowEndMs = Math.max(history.lastWindowEndMs, event.data.windowEndMs);
        break;
      case 'rapport.window.degraded':
        history.lastWindowEndMs = Math.max(history.lastWindowEndMs, event.data.lastWindowEndMs);
        break;
      case 'rapport.transcript.final':
        history.counts.finals++;
        history.finals.push({ ...event.data, seq: records[i]!.seq });
        break;
      case 'rapport.session.updated':
        if (event.data.kind === 'gap') history.lastGapMs = Math.max(history.lastGapMs, event.data.mediaMs);
        break;
    }
  });
  return history;
}
