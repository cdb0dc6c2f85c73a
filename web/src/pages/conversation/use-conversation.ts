import type { TypedEvent } from '@rapport-live/protocol';
import { useEffect, useState } from 'preact/hooks';
import type { Line } from '../../api/event-stream';
import type { Conversation } from './fold/conversation';
import { ConversationFold } from './fold/conversation-fold';
import { readConversation } from './read-conversation';

/** What came within this time is shown at once, ms. */
const SHOW_EVERY_MS = 100;

export interface ShownConversation {
  readonly conversation: Conversation;
  readonly line: Line;
}

/** A conversation as it stands, and again whenever something is new. `tries`: another number reads it anew. */
export function useConversation(sessionId: string, tries: number): ShownConversation {
  const [shown, setShown] = useState<ShownConversation>(() => ({
    conversation: new ConversationFold().conversation(),
    line: { kind: 'connecting' },
  }));
  useEffect(() => {
    const fold = new ConversationFold();
    const reading = new AbortController();
    let line: Line = { kind: 'connecting' };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (): void => {
      timer = undefined;
      setShown({ conversation: fold.conversation(), line });
    };
    const soon = (): void => void (timer ??= setTimeout(show, SHOW_EVERY_MS));
    show();
    readConversation(
      sessionId,
      {
        onEvents: (events: readonly TypedEvent[]) => {
          if (fold.add(events)) soon();
        },
        onLine: (now) => {
          line = now;
          soon();
        },
      },
      reading.signal,
    );
    return () => {
      reading.abort();
      clearTimeout(timer);
    };
  }, [sessionId, tries]);
  return shown;
}
