import { eventually } from '../../support/eventually';

export interface SentEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** A reader of server-sent events that keeps all that came. */
export class EventReader {
  readonly events: SentEvent[] = [];
  isOver = false;
  private readonly stopping = new AbortController();
  private rest = '';

  private constructor(
    readonly response: Response,
    signal: AbortController,
  ) {
    this.stopping = signal;
    void this.read();
  }

  static async open(url: string, key: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const stopping = new AbortController();
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${key}`, ...headers },
      signal: stopping.signal,
    });
    return new EventReader(response, stopping);
  }

  /** The first event that fits. */
  async until<T>(event: string, fits: (data: T) => boolean = () => true): Promise<T> {
    const found = (): SentEvent | undefined => this.events.find((one) => one.event === event && fits(one.data as T));
    await eventually(() => found() !== undefined);
    return found()!.data as T;
  }

  close(): void {
    this.stopping.abort();
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const bytes of this.response.body!) this.take(decoder.decode(bytes as Uint8Array, { stream: true }));
    } catch {
      // it was closed here
    }
    this.isOver = true;
  }

  private take(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line] as const));
      const field = (name: string): string | undefined => fields.get(name)?.slice(name.length + 2);
      const [event, data] = [field('event'), field('data')];
      if (event !== undefined && data !== undefined) {
        this.events.push({ event, id: field('id'), data: JSON.parse(data) });
      }
    }
  }
}
