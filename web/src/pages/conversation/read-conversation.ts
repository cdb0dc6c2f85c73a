import type { SessionEvents, TypedEvent } from '@rapport-live/protocol';
import { followEvents, type Line } from '../../api/event-stream';
import { get } from '../../api/request';
import { ServiceError } from '../../api/service-error';

export interface ConversationReader {
  /** In order of their seq; some may come again. */
  readonly onEvents: (events: readonly TypedEvent[]) => void;
  readonly onLine: (line: Line) => void;
}

/** Events of one answer of the history. */
const PAGE_LIMIT = 1000;

/**
 * Reads a conversation to its end: as it goes on, from the wall; one that is no longer there, from the history. The same
 * events either way.
 */
export function readConversation(
  sessionId: string,
  { onEvents, onLine }: ConversationReader,
  signal: AbortSignal,
): void {
  const id = encodeURIComponent(sessionId);
  let hasExpired = false;
  followEvents(
    `/v1/wall/sessions/${id}/events`,
    {
      isLast: ({ name }) => name === 'end' || name === 'expired',
      onEvent: ({ name, data }) => {
        if (name === 'record') onEvents([(data as { readonly event: TypedEvent }).event]);
        // the log has let go of its beginning
        if (name === 'expired') hasExpired = true;
      },
      onLine: (line) => {
        const isGone = line.kind === 'refused' && line.error.code === 'session_unknown';
        if (isGone || (line.kind === 'over' && hasExpired)) void readHistory();
        else onLine(line);
      },
    },
    signal,
  );

  async function readHistory(): Promise<void> {
    try {
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ limit: String(PAGE_LIMIT), ...(cursor === undefined ? {} : { cursor }) });
        const page = await get<SessionEvents>(`/v1/sessions/${id}/events?${query.toString()}`, signal);
        onEvents(page.events as readonly TypedEvent[]);
        cursor = page.next;
      } while (cursor !== undefined);
      onLine({ kind: 'over' });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ServiceError)) throw error;
      onLine({ kind: 'refused', error });
    }
  }
}
