import type { IncomingMessage } from 'node:http';
import type { RapportError } from '@rapport-live/protocol';
import type { DoorMeter } from '../facts/door-meter';
import type { ByKey } from './auth/doorkeeper';
import type { Principal } from './auth/principal';
import type { Socket } from './bounded-socket';
import type { WatchedSocket } from './keep-alive';
import type { Admitted } from './upgrade-policy';

/** The doors that are switched on, one a path. */
export const FOREIGN_DOORS = Symbol('ForeignDoors');

/** A WebSocket as the door of another protocol gets it; `ws` sockets fit. */
export interface ForeignSocket extends Socket, WatchedSocket {
  on(event: 'message', listener: (data: unknown, binary: boolean) => void): unknown;
  on(event: 'pong', listener: (data: Buffer) => void): unknown;
  on(event: 'close', listener: (status: number) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** A WebSocket door whose protocol is somebody else's (docs/doors.md). Upgrades of its path are decided as ours are. */
export interface ForeignDoor {
  /** `/twilio` */
  readonly path: string;
  /** Told of those who are refused at the upgrade; of all else the door tells it itself. */
  readonly meter: DoorMeter;
  /** Of those that a client offers the first one in this list is chosen; else none. */
  readonly subprotocols: readonly string[];
  /** Largest message; at a larger one the WebSocket is closed with 1009. */
  readonly maxMessageBytes: number;
  /**
   * Who knocks, at the upgrade. Throws or rejects with RapportError `unauthorized`.
   * @param byKey for what was shown as an API key of ours.
   */
  identify(request: IncomingMessage, byKey: ByKey): Principal | Promise<Principal>;
  /**
   * Who is `unauthorized` is let in to be told so in the protocol's own words, and no longer than that. Absent: the upgrade
   * is refused.
   */
  readonly turnAway?: (socket: ForeignSocket, error: RapportError, request: IncomingMessage) => void;
  /** Who knocked is in. Called before anything of the socket was read. */
  accept(socket: ForeignSocket, admitted: Admitted, request: IncomingMessage): void;
}
