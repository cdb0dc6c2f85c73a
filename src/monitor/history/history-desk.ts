import {
  type CorrectionList,
  type CorrectionMade,
  type CorrectionRequest,
  type CorrectionsQuery,
  type EventsQuery,
  RapportError,
  type SearchAnswer,
  type SearchHit,
  type SearchQuery,
  type SessionEndedData,
  type SessionCorrections,
  type SessionEvents,
  type SessionList,
  type SessionQuery,
  type TypedEvent,
  type VoiceQuery,
} from '@rapport-live/protocol';
import { z } from 'zod';
import { namelessEvent } from '../../gateway/auth/names';
import type { Viewer } from '../../gateway/auth/viewer';
import { decodeCursor, encodeCursor, filterOf, seenBy } from './asked-filter';
import type { Corrections } from './corrections';
import { type WholeSession, wholeSession } from './export/whole-session';
import type { FoundMoment, HistoryStore, StoredSession } from './history-store';
import { MomentSearch } from './search/moment-search';
import { toldSessions } from './told-sessions';

const SessionCursor = z.tuple([z.number(), z.string()]);
/** Questions to the database at a time; the next one is refused with `overloaded`. */
const MAX_ASKED = 64;
const OneNumber = z.tuple([z.number().int().min(0)]);

/** What a viewer is answered of the history. Whatever is beyond its sight is unknown to it. */
export class HistoryDesk {
  private readonly search: MomentSearch;
  private asked = 0;

  constructor(
    private readonly store: HistoryStore,
    pool: ConstructorParameters<typeof MomentSearch>[1],
    private readonly corrections: Corrections,
    private readonly onFault: (error: unknown) => void,
  ) {
    this.search = new MomentSearch(store, pool);
  }

  list(viewer: Viewer, asked: SessionQuery): Promise<SessionList> {
    const { limit, cursor, ...filters } = asked;
    const filter = filterOf(viewer, filters);
    const after = cursor === undefined ? undefined : (decodeCursor(cursor, SessionCursor) as [number, string]);
    return this.ask(async () => {
      const place = after && { startedMs: after[0], sessionId: after[1] };
      const found = await this.store.sessions(filter, limit + 1, place);
      const page = found.slice(0, limit);
      const last = page[page.length - 1];
      const sessions = await toldSessions(this.store, viewer, page);
      return found.length > limit ? { sessions, next: encodeCursor([last!.startedMs, last!.sessionId]) } : { sessions };
    });
  }

  events(viewer: Viewer, sessionId: string, { limit, cursor }: EventsQuery): Promise<SessionEvents> {
    const [after] = cursor === undefined ? [0] : (decodeCursor(cursor, OneNumber) as [number]);
    return this.ask(async () => {
      await this.seen(viewer, sessionId);
      const found = await this.store.events(viewer.tenant, sessionId, after, limit + 1);
      const page = found.slice(0, limit);
      const events = page.map(({ json }) => told(viewer, JSON.parse(json) as TypedEvent));
      return found.length > limit ? { events, next: encodeCursor([page[page.length - 1]!.seq]) } : { events };
    });
  }

  /** A whole session, for exports. Rejects with `session_unknown`; reading it with `overloaded` or `history_unavailable`. */
  whole(viewer: Viewer, sessionId: string): Promise<WholeSession> {
    return this.ask(async () => {
      const stored = await this.seen(viewer, sessionId);
      const [session] = await toldSessions(this.store, viewer, [stored]);
      return wholeSession(this.store, viewer, session!, (action) => this.ask(action));
    });
  }

  /** How a session ended; undefined: it is not known here to be over, or may not be seen. */
  ended(viewer: Viewer, sessionId: string): Promise<SessionEndedData | undefined> {
    return this.ask(async () => {
      const [session] = await this.store.sessions({ ...seenBy(viewer), sessionId, live: false }, 1);
      if (session === undefined) return undefined;
      const [event] = await this.store.eventsOfType(viewer.tenant, sessionId, 'rapport.session.ended', 1);
      return event === undefined ? undefined : (JSON.parse(event.json) as { data: SessionEndedData }).data;
    });
  }

  find(viewer: Viewer, asked: SearchQuery): Promise<SearchAnswer> {
    const { q, like, limit, cursor, ...filters } = asked;
    const filter = filterOf(viewer, filters);
    const [from] = cursor === undefined ? [0] : (decodeCursor(cursor, OneNumber) as [number]);
    return this.ask(async () => {
      let found: FoundMoment[];
      if (like === undefined) found = await this.search.byText(q!, filter);
      else {
        const [sessionId = '', atMs] = like.toLowerCase().split('@');
        await this.seen(viewer, sessionId);
        found = await this.search.byExample(sessionId, Number(atMs), filter);
      }
      const hits = await this.hits(viewer, found.slice(from, from + limit));
      return found.length > from + limit ? { hits, next: encodeCursor([from + limit]) } : { hits };
    });
  }

  /** @param pcm of at most 15 s at 16 kHz */
  findVoice(viewer: Viewer, pcm: Int16Array, asked: VoiceQuery): Promise<SearchAnswer> {
    const { limit, ...filters } = asked;
    const filter = filterOf(viewer, filters);
    return this.ask(async () => ({
      hits: await this.hits(viewer, (await this.search.byVoice(pcm, filter)).slice(0, limit)),
    }));
  }

  correct(viewer: Viewer, sessionId: string, asked: CorrectionRequest): Promise<CorrectionMade> {
    return this.ask(async () => {
      await this.seen(viewer, sessionId);
      return this.corrections.make(viewer, sessionId, asked);
    });
  }

  corrected(viewer: Viewer, asked: CorrectionsQuery): Promise<CorrectionList> {
    return this.ask(() => this.corrections.list(viewer, asked));
  }

  correctedIn(viewer: Viewer, sessionId: string): Promise<SessionCorrections> {
    return this.ask(async () => {
      await this.seen(viewer, sessionId);
      return this.corrections.ofSession(viewer, sessionId);
    });
  }

  private async hits(viewer: Viewer, moments: readonly FoundMoment[]): Promise<SearchHit[]> {
    const ids = [...new Set(moments.map(({ sessionId }) => sessionId))];
    const stored = await Promise.all(
      ids.map(async (sessionId) => (await this.store.sessions({ ...seenBy(viewer), sessionId }, 1))[0]),
    );
    const there = stored.filter((one): one is StoredSession => one !== undefined);
    const sessions = new Map((await toldSessions(this.store, viewer, there)).map((one) => [one.sessionId, one]));
    return moments.flatMap(({ sessionId, startMs, label, ...moment }) => {
      // erased between two questions
      const session = sessions.get(sessionId);
      if (session === undefined) return [];
      return [{ ...moment, atMs: startMs, ...(label === undefined ? {} : { emotion: label }), session } as SearchHit];
    });
  }

  /** Rejects with `session_unknown` for what is another's, too. */
  async seen(viewer: Viewer, sessionId: string): Promise<StoredSession> {
    const [session] = await this.store.sessions({ ...seenBy(viewer), sessionId }, 1);
    if (session === undefined) throw new RapportError('session_unknown', 'The history has no such session.');
    return session;
  }

  /** What the database says is a fault of ours, told once. */
  private async ask<T>(action: () => Promise<T>): Promise<T> {
    if (this.asked >= MAX_ASKED) {
      throw new RapportError('overloaded', `${MAX_ASKED} questions to the history are waited for.`, {
        retryAfterMs: 1000,
      });
    }
    this.asked += 1;
    try {
      return await action();
    } catch (cause) {
      if (cause instanceof RapportError) throw cause;
      this.onFault(cause);
      throw new RapportError('history_unavailable', 'The history could not be read.', { cause });
    } finally {
      this.asked -= 1;
    }
  }
}

/** Throws `history_unavailable` where none is kept. */
export function openDesk(desk: HistoryDesk | null): HistoryDesk {
  if (desk !== null) return desk;
  throw new RapportError(
    'history_unavailable',
    'This service has no history: it is off, or could not be opened, as /readyz says.',
  );
}

const told = (viewer: Viewer, event: TypedEvent): TypedEvent => (viewer.seesNames ? event : namelessEvent(event));
