import type { CloudEvent, EventData, EventType } from '@rapport-live/protocol';

/** A result on its way to delivery, before it has an id, an envelope and a seq. */
export type SessionResult = {
  [T in EventType]: {
    readonly type: T;
    /** The values of the type's natural key, in the order of the event table. */
    readonly naturalKey: readonly (string | number)[];
    readonly data: EventData<T>;
  };
}[EventType];

/** Whose results these are. */
export interface SessionIdentity {
  readonly tenant: string;
  /** UUIDv7, made by the server. */
  readonly sessionId: string;
  /** The session as a span: W3C Trace Context. Part of every event, never of an id. */
  readonly traceparent?: string;
  /** Name of the key that its events are encrypted with in Kafka; absent: they are not. Part of every event, never of an id. */
  readonly dataKey?: string;
}

/** A result that is safe on disk. */
export interface DurableRecord {
  /** Per session from 1 without gaps, given at the durable append. */
  readonly seq: number;
  readonly topic: string;
  readonly event: CloudEvent;
  /** The event as it stands in the log. */
  readonly eventJson?: string;
  /** The event's data as it stands in the log: a copy each time. */
  readonly dataJson?: Buffer;
}
