import type { Party, StreamDescription } from '@rapport-live/protocol';
import type { FrameMarks } from '../stream-sender';
import type { DeviceKind } from './device-error';

export interface CaptureOptions {
  /** Who is heard or seen. Default `customer`. */
  readonly party?: Exclude<Party, 'mixed'>;
  /** A stream of the session's start, or a number for a new one. Default: a new one. */
  readonly streamId?: number;
  /** Ends the capture, as `stop` does; before it has begun, gives it up. */
  readonly signal?: AbortSignal;
}

/** Why a capture ended: `stop` was called, or the session's `end`; the device was taken away, or the session is over. */
export type CaptureEnd = 'stopped' | 'device_lost' | 'session_over';

/** What becomes of a device that is listened to or looked through. */
export interface CaptureChange {
  readonly streamId: number;
  readonly device: DeviceKind;
  /**
   * `muted`: it gives nothing just now (the person, or the system, muted it); `suspended`: the browser plays and records
   * no sound until the person clicks; `live`: it goes on.
   */
  readonly state: 'live' | 'muted' | 'suspended' | 'ended';
  /** With `ended`. */
  readonly reason?: CaptureEnd;
}

/** A microphone or camera on its way to the service. */
export interface Capture {
  readonly streamId: number;
  /** Resolves once it has ended, by whatever. */
  readonly ended: Promise<CaptureEnd>;
  /** Ends the stream. The device is let go of if it was asked for here; a stream that was given stays its owner's. */
  stop(): void;
}

/** What a capture wants of its session. */
export interface CaptureHost {
  /** Of the media that waits for credit or for the connection, and of all that the connection has not sent yet. */
  queuedBytes(streamId: number): number;
  readonly bufferedBytes: number;
  readonly nowMs: number;
  readonly freeStreamId: number;
  /** As it was described at the start of the session. */
  declared(streamId: number): StreamDescription | undefined;
  openStream(stream: StreamDescription, signal?: AbortSignal): Promise<void>;
  push(streamId: number, payload: Uint8Array, ptsMs: number, marks?: FrameMarks): void;
  endStream(streamId: number, ptsMs: number): void;
  changed(change: CaptureChange): void;
  /** Sound came: time to see whether the clocks of the device have parted. */
  checkClocks(): void;
  /** The session is over. Returns what takes the listener off again. */
  onOver(listener: () => void): () => void;
  /** The session is asked to end once everything is sent. */
  onEnding(listener: () => void): () => void;
}
