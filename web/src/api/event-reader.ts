import { createParser } from 'eventsource-parser';

export interface ServiceEvent {
  readonly name: string;
  readonly data: unknown;
  /** Absent: the event has none. */
  readonly id: string | undefined;
}

/** UTF-16 units of one event; more is no event of the service. */
const MAX_EVENT = 4 << 20;

/**
 * Reads server-sent events (HTML Standard, section 9.2) to their end. `onBytes` hears of all that comes, comments too, so that a
 * line that says nothing is noticed. Rejects when the connection breaks, or with an event that is none.
 */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: ServiceEvent) => void,
  onBytes: () => void,
): Promise<void> {
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onEvent: ({ event, data, id }) => onEvent({ name: event ?? 'message', data: JSON.parse(data), id }),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw error; // what it does not know it passes over
    },
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onBytes();
    parser.feed(decoder.decode(value, { stream: true }));
  }
}
