import type { SessionListed, SessionUpdatedData, TypedEvent } from '@rapport-live/protocol';
import { namelessEvent } from '../../../gateway/auth/names';
import type { Viewer } from '../../../gateway/auth/viewer';
import type { FinalPlace, HistoryStore, StoredEvent } from '../history-store';

/** Read and made to text at once: some milliseconds of the main thread. */
const PAGE = 500;

/** All of one session, read as it is wanted: any number of hours at the memory of a page. Reading rejects as the history does. */
export interface WholeSession {
  readonly session: SessionListed;
  /** CloudEvents as JSON, in the order in which they became durable. */
  readonly events: () => AsyncIterable<readonly string[]>;
  /** Those of utterances and messages, in the order of their starts. */
  readonly finals: () => AsyncIterable<readonly string[]>;
  /** What changed about participants, the oldest first. */
  readonly participants: () => Promise<readonly SessionUpdatedData[]>;
  /** To where it goes as far as it is known, ms of media time. */
  readonly endMs: () => Promise<number>;
}

type Store = Pick<HistoryStore, 'events' | 'eventsOfType' | 'finals'>;
type Ask = <T>(action: () => Promise<T>) => Promise<T>;

/** @param ask each page is a question of its own: whoever reads slowly keeps nobody else from asking */
export function wholeSession(store: Store, viewer: Viewer, session: SessionListed, ask: Ask): WholeSession {
  const { tenant, seesNames } = viewer;
  const { sessionId } = session;
  const seen = ({ json }: Pick<StoredEvent, 'json'>): string =>
    seesNames ? json : JSON.stringify(namelessEvent(JSON.parse(json) as TypedEvent));
  const ofType = (type: TypedEvent['type'], limit: number, beforeSeq?: number) =>
    ask(() => store.eventsOfType(tenant, sessionId, type, limit, beforeSeq));
  return {
    session,
    async *events() {
      for (let after = 0; ;) {
        const page = await ask(() => store.events(tenant, sessionId, after, PAGE));
        yield page.map(seen);
        if (page.length < PAGE) return;
        after = page[page.length - 1]!.seq;
      }
    },
    async *finals() {
      for (let after: FinalPlace | undefined; ;) {
        const page = await ask(() => store.finals(tenant, sessionId, PAGE, after));
        yield page.map(seen);
        if (page.length < PAGE) return;
        after = page[page.length - 1]!;
      }
    },
    async participants() {
      const found: SessionUpdatedData[] = [];
      for (let before: number | undefined; ;) {
        const page = await ofType('rapport.session.updated', PAGE, before);
        for (const { json } of page) {
          const { data } = JSON.parse(json) as { data: SessionUpdatedData };
          if (data.kind === 'participant') found.push(data);
        }
        if (page.length < PAGE) return found.reverse();
        before = page[page.length - 1]!.seq;
      }
    },
    async endMs() {
      if (session.durationMs !== undefined) return session.durationMs;
      const [newest] = await ofType('rapport.transcript.final', 1);
      return newest === undefined ? 0 : (JSON.parse(newest.json) as { data: { endMs: number } }).data.endMs;
    },
  };
}
