import { connect, type ConnectOptions, type RapportSession, type SessionEvent } from '@rapport-live/client';
import {
  CloudEvent,
  type ErrorMessage,
  EVENTS,
  type EventType,
  type TypedEvent,
  type WindowAssessedData,
} from '@rapport-live/protocol';

type EventOf<T extends EventType> = Extract<TypedEvent, { type: T }>;

/** A session of the project's own client that keeps everything it hears. */
export class HeardSession {
  readonly results: { readonly seq: number; readonly event: TypedEvent }[] = [];
  readonly ephemeral: TypedEvent[] = [];
  readonly errors: ErrorMessage[] = [];
  /** Resolves when the connection is closed: undefined for status 1000, else why. */
  readonly closed: Promise<Error | undefined>;
  private waiting: (() => void)[] = [];
  private isClosed = false;

  private constructor(readonly session: RapportSession) {
    this.closed = this.listen().then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    void this.closed.then(() => {
      this.isClosed = true;
      this.wake();
    });
  }

  static async open(options: ConnectOptions): Promise<HeardSession> {
    return new HeardSession(await connect(options));
  }

  get sessionId(): string {
    return this.session.sessionId;
  }

  all<T extends EventType>(type: T): EventOf<T>[] {
    return this.results.map(({ event }) => event).filter((event): event is EventOf<T> => event.type === type);
  }

  /** Of the customer. */
  get windows(): WindowAssessedData[] {
    return this.all('rapport.window.assessed')
      .map(({ data }) => data)
      .filter(({ subject }) => subject === 'customer');
  }

  /** Resolves once the condition holds; rejects when the session closes before. */
  async until(holds: (heard: this) => boolean): Promise<void> {
    while (!holds(this)) {
      if (this.isClosed) throw new Error(`the session closed first; heard ${this.results.length} results`);
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /** Ends the session and waits for the close. */
  async end(): Promise<void> {
    await this.session.end();
    const failure = await this.closed;
    if (failure !== undefined) throw failure;
  }

  private async listen(): Promise<void> {
    for await (const message of this.session) {
      this.keep(message);
      this.wake();
    }
  }

  private keep(message: SessionEvent): void {
    if (message.type === 'error') this.errors.push(message);
    else if (message.type === 'ephemeral') this.ephemeral.push(message.event as TypedEvent);
    else this.results.push({ seq: message.seq, event: message.event as TypedEvent });
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }
}

/** What holds of the results of every session, whole or cut short: schemas, seq, ids, order. */
export function expectWellFormed(heard: HeardSession, tenant: string): void {
  const { results, sessionId } = heard;
  expect(results.map(({ seq }) => seq)).toEqual(results.map((_, i) => i + 1));
  expect(new Set(results.map(({ event }) => event.id)).size).toBe(results.length);
  for (const event of [...results.map((result) => result.event), ...heard.ephemeral]) {
    const envelope = CloudEvent.parse(event);
    expect(envelope).toMatchObject({ subject: sessionId, tenant, partitionkey: `${tenant}/${sessionId}` });
    EVENTS[event.type].data.parse(event.data);
  }
  expect(results.every(({ event }) => EVENTS[event.type].durable)).toBe(true);
  expect(heard.ephemeral.every((event) => !EVENTS[event.type].durable)).toBe(true);
  expect(results[0]?.event.type).toBe('rapport.session.started');
  const ends = heard.windows.map(({ windowEndMs }) => windowEndMs);
  expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
  for (const window of heard.windows) {
    for (const distribution of [window.emotion, ...Object.values(window.modalities).map(({ emotion }) => emotion)]) {
      if (distribution === undefined) continue;
      const sum = Object.values(distribution).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum - 1)).toBeLessThan(0.01);
    }
  }
}

/** That, and the session came to its proper end. */
export function expectWhole(heard: HeardSession, tenant: string): void {
  expectWellFormed(heard, tenant);
  expect(heard.errors).toEqual([]);
  expect(heard.results.at(-1)?.event.type).toBe('rapport.session.ended');
  expect(heard.all('rapport.session.ended')).toHaveLength(1);
}
