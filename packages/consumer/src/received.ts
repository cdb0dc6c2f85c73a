import type { CloudEvent, EventData, EVENTS, EventType } from '@rapport-live/protocol';

/** Names of the topics that durable events go to. */
export type Topic = Exclude<(typeof EVENTS)[EventType]['topic'], null>;

/** Where a record stands in Kafka. `offset` is a number: 2^53 records are 285 years of a million a second. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What every record has, whatever it turned out to be. */
export interface Received {
  readonly position: Position;
  /** `tenant/sessionId`; empty for a record without a key. */
  readonly key: string;
  /** When the broker or the producer stamped it: ms since 1970. */
  readonly timestampMs: number;
}

type TypeIn<T extends Topic> = {
  [E in EventType]: (typeof EVENTS)[E]['topic'] extends T ? E : never;
}[EventType];

/** The events of these topics, each with the data of its type. */
export type EventIn<T extends Topic> = {
  [E in TypeIn<T>]: Omit<CloudEvent, 'type' | 'data'> & {
    readonly type: E;
    readonly data: EventData<E>;
    /** Place in its session, from 1: the same number as over the WebSocket. */
    readonly seq: number;
  };
}[TypeIn<T>] &
  Received;

/**
 * A record without a value: everything of this key was erased, in this topic at least. Without headers nothing but the
 * key is known; the service's own erasures come as `rapport.session.erased`.
 */
export interface Tombstone extends Received {
  readonly type: 'tombstone';
  readonly tenant: string;
  readonly sessionId: string;
}

/** An event whose data can be read by nobody any more: the key it was encrypted with was destroyed. */
export interface ShreddedEvent extends Received {
  readonly type: 'shredded';
  readonly id: string;
  readonly eventType: string;
  readonly tenant: string;
  readonly sessionId: string;
}

export const MALFORMED_REASONS = [
  /** No CloudEvents attributes: somebody else writes to the topic. */
  'no_attributes',
  /** A type that this version of the library does not know. */
  'unknown_type',
  /** A content type that this library does not read. */
  'content_type',
  /** The value is no JSON. */
  'json',
  /** Avro, and no registry was given; or the registry has no such schema, or the bytes are not what it says. */
  'avro',
  /** The data is not what its type's schema says; only with `checkSchema`. */
  'schema',
  /** Encrypted, and no source of keys was given; or it was changed on its way. */
  'encrypted',
] as const;
export type MalformedReason = (typeof MALFORMED_REASONS)[number];

/** A record that is no event; skipped and reported, or handed out where `malformed` is `deliver`. */
export interface MalformedRecord extends Received {
  readonly type: 'malformed';
  readonly reason: MalformedReason;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the iterator of these topics gives: tell them apart by `type`. */
export type Delivered<T extends Topic = Topic> = EventIn<T> | Tombstone | ShreddedEvent | MalformedRecord;
