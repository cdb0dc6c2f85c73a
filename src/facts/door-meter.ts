import type { ErrorCode } from '@rapport-live/protocol';

/** Every way in, as metrics and the log name it; `rapport` is our own, the last the TCP port of Asterisk's AudioSocket. */
export const DOORS = ['rapport', 'twilio', 'jambonz', 'asterisk', 'audiohook', 'hume', 'audiosocket'] as const;
export type DoorName = (typeof DOORS)[number];

/** What a door tells of its connections. Told of every message: an implementation allocates nothing and does not throw. */
export interface DoorMeter {
  /** A connection is let in. */
  entered(): void;
  /** One that was let in is gone. */
  left(): void;
  /** One was not let in, or was closed for an error. */
  refused(code: ErrorCode): void;
  /** A message came, text or binary; on the TCP port a frame. */
  received(bytes: number): void;
}
