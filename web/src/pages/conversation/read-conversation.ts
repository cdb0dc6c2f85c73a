import type { TypedEvent } from '@rapport-live/protocol';
import { followEvents, type Line } from '../../api/event-stream';

export interface ConversationReader {
  /** In order of their seq; some may come again. */
  readonly onEvents: (events: readonly TypedEvent[]) => void;
  readonly onLine: (line: Line) => void;
}

/** Reads a conversation that is on the wall, live or over, to its end. */
export function readConversation(
  sessionId: string,
  { onEvents, onLine }: ConversationReader,
  signal: AbortSignal,
): void {
  followEvents(
    `/v1/wall/sessions/${encodeURIComponent(sessionId)}/events`,
    {
      isLast: ({ name }) => name === 'end' || name === 'expired',
      onEvent: ({ name, data }) => {
        if (name === 'record') onEvents([(data as { readonly event: TypedEvent }).event]);
      },
      onLine,
    },
    signal,
  );
}
